/** Actors that put what an XPath finds in the data somewhere in the event. */

import { Modifier, type ModifierParams } from '../control/modifiers.ts';
import type { Event, EventClass } from '../events/event.ts';
import { XMLHttpEvent } from '../events/httpEvent.ts';
import type { XmlElement } from '../events/xml.ts';
import { XMLEvent } from '../events/xmlEvent.ts';
import type { FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isText } from '../setup.ts';
import { XPath } from './xpathEngine.ts';

export interface XpathModifierParams extends ModifierParams {
  /** The XPath. */
  value: string;
  /** Namespaces by the prefix that it uses. */
  namespaces?: Readonly<Record<string, string>> | undefined;
}

/**
 * Puts what an XPath finds in the data at a path of the event: null when it finds nothing, a text, or a list of texts; an
 * element that has elements as XML. Needs the packages fontoxpath and slimdom.
 */
export class XpathEventAttributeModifier extends Modifier<XpathModifierParams> {
  static override parameters: ParamNames<XpathEventAttributeModifier> = {
    ...Modifier.parameters,
    namespaces: true,
    value: true,
  };
  static override input: EventClass = XMLEvent;
  static override output: EventClass = XMLEvent;
  readonly #xpath: XPath;

  constructor(name: string, params: XpathModifierParams & FlowActorOptions) {
    super(name, params);
    const { value, namespaces } = this.params;
    demand(this, 'value', isText(value), 'an XPath', value);
    this.#xpath = new XPath(value, { namespaces });
  }

  protected override valueFor(event: Event): unknown {
    return this.#xpath.value(event.data as XmlElement);
  }
}

/** The older spelling of XpathEventAttributeModifier. */
export class XpathEventAttributeModifer extends XpathEventAttributeModifier {
  static override parameters: ParamNames<XpathEventAttributeModifer> = XpathEventAttributeModifier.parameters;
}

/** As XpathEventAttributeModifier, for HTTP events. */
export class HTTPXpathEventAttributeModifier extends XpathEventAttributeModifier {
  static override parameters: ParamNames<HTTPXpathEventAttributeModifier> =
    XpathEventAttributeModifier.parameters;
  static override input: EventClass = XMLHttpEvent;
  static override output: EventClass = XMLHttpEvent;
}
