/** Lets valid data pass. */
import { MalformedEventData } from '../events/errors.ts';
import type { Event, EventClass } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, list, object, setUp } from '../setup.ts';
import { JsonSchema, type JsonSchemaOptions } from './schemaEngine.ts';

export interface JSONValidatorParams extends JsonSchemaOptions {
  /** A JSON schema, or its text; without one, everything passes. */
  schema?: string | object | boolean | null | undefined;
}

/**
 * Lets data pass that is what a JSON schema says; other data goes to the error outboxes with a MalformedEventData that has
 * a message such as `/lines/0/qty: must be integer` for each fault. Needs the packages ajv and ajv-formats.
 */
export class JSONValidator extends FlowActor<JSONValidatorParams> {
  static override parameters: ParamNames<JSONValidator> = { formats: true, schema: true, schemas: true };
  static override input: EventClass = JSONEvent;
  static override output: EventClass = JSONEvent;
  readonly #schema: JsonSchema | undefined;

  /** @throws SetupError when it is no JSON schema */
  constructor(name: string, params?: JSONValidatorParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, { formats: object, schemas: list });
    const { schema, formats, schemas } = this.params;
    if (schema !== undefined && schema !== null)
      this.#schema = setUp(this, () => new JsonSchema(schema, { formats, schemas }));
  }

  override consume(event: Event): void {
    const errors = this.#schema?.errors(event.data) ?? [];
    if (errors.length > 0) throw new MalformedEventData(errors);
    void this.send(event);
  }
}
