/** Gives answers the status that a REST client expects. */

import { isXmlNode } from '../events/format.ts';
import { HttpEvent } from '../events/httpEvent.ts';
import type { XmlElement } from '../events/xml.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, isText, type Rule } from '../setup.ts';

export interface RESTTranslatorParams {
  /**
   * Where what a POST has made is to be found: `{entityId}` stands for its id, which is added at the end where that is
   * missing; the path of the request unless given.
   */
  urlPostLocation?: string | null | undefined;
}

const textOrNull: Rule = [value => value === null || isText(value), 'a text that is not empty'];

const changing: ReadonlySet<string | undefined> = new Set(['GET', 'PUT', 'PATCH', 'DELETE']);

/**
 * By the method of the request: an answer to POST with 200 or 201 is 201 Created, with a `Location` that ends with the
 * attribute `entityId` (or `entity_id`), or the meta id; one without data to GET, PUT, PATCH and DELETE with 200 is 204 No Content. All else goes
 * on as it is. After compysition's RESTTranslator.
 */
export class RESTTranslator extends FlowActor<RESTTranslatorParams> {
  static override parameters: ParamNames<RESTTranslator> = { urlPostLocation: true };
  static override input = HttpEvent;
  static override output = HttpEvent;

  /** @throws SetupError that names the parameter and what is wrong with it */
  constructor(name: string, params?: RESTTranslatorParams & FlowActorOptions) {
    super(name, params);
    checkParams(name, params, { urlPostLocation: textOrNull });
  }

  override consume(event: HttpEvent): void {
    const [code] = event.status;
    if (event.method === 'POST' && (code === 200 || code === 201)) this.#created(event);
    else if (code === 200 && changing.has(event.method) && isEmpty(event.data))
      event.status = [204, 'No Content'];
    void this.send(event);
  }

  #created(event: HttpEvent): void {
    event.status = [201, 'Created'];
    Object.assign(event.headers, { Location: this.#locationOf(event) });
  }

  #locationOf(event: HttpEvent): string {
    const made = event.get('entityId', null) ?? event.get('entity_id', null) ?? event.metaId;
    const id = encodeURIComponent(String(made));
    const { PATH_INFO: path = '/' } = event.environment;
    // Two slashes at the beginning would be those of another server.
    const base = this.params.urlPostLocation ?? encodeURI(String(path)).replace(/^\/+/, '/');
    const filled = base.replace(/\{entity_?id\}/gi, () => id);
    return filled === base ? `${base.replace(/\/$/, '')}/${id}` : filled;
  }
}

/** No data is null, an empty text, object or list, or what XML has for null: `<root/>`. */
function isEmpty(data: unknown): boolean {
  if (data === null || data === undefined || data === '') return true;
  if (typeof data !== 'object') return false;
  if (!isXmlNode(data)) return Object.keys(data).length === 0;
  const { nodeName, childNodes, attributes } = data as unknown as XmlElement;
  return nodeName === 'root' && childNodes.length === 0 && attributes.length === 0;
}
