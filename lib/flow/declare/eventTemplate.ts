/** Makes a text of what an event holds. */
import { show } from '../../base/errors.ts';
import { Modifier, type ModifierParams } from '../control/modifiers.ts';
import { Event } from '../events/event.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import type { FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isText, setUp } from '../setup.ts';
import { Template, type TemplateFormat, templateFormats } from './template.ts';

export interface EventTemplateParams extends ModifierParams {
  /** The text, with places such as `{{data/order/id}}` or `{{data/name:-nobody}}`; `{{{{` is `{{` itself. */
  template: string;
  /** What the text is (`'text'`): in `'json'` and `'xml'` values are escaped, so that none of them can be more than a value. */
  format?: TemplateFormat | undefined;
}

/**
 * Puts a text into the data, or into another place of the event, with what lies at paths of the event filled in. An event
 * that has nothing at a path goes to the error outboxes, unless the path has a default. An event whose data becomes text is an
 * `Event` from then on; an actor that takes JSON or XML makes that of it again.
 */
export class EventTemplate extends Modifier<EventTemplateParams> {
  static override parameters: ParamNames<EventTemplate> = {
    ...Modifier.parameters,
    format: true,
    template: true,
  };
  readonly #template: Template;

  /** @throws SetupError when the template is none */
  constructor(name: string, params: EventTemplateParams & FlowActorOptions) {
    super(name, params);
    const { template, format = 'text' } = this.params;
    demand(this, 'template', isText(template), 'a text', template);
    demand(this, 'format', templateFormats.includes(format), templateFormats.join(', '), format);
    this.#template = setUp({ name: `${name}: template` }, () => new Template(template, format));
  }

  override consume(event: Event): void {
    const { key = 'data', logChange = false } = this.params;
    if (key !== 'data') return super.consume(event);
    const data = this.valueFor(event);
    const Class = event instanceof HttpEvent ? HttpEvent : Event;
    if (logChange) this.log.info(`data is ${show(data)} now`, event);
    void this.send(new Class({ ...event.getProperties(), data }));
  }

  protected override valueFor(event: Event): string {
    return this.#template.fill(event);
  }
}
