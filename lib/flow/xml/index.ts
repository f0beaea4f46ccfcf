/** Actors for XML, and what they stand on. */
export {
  DictToXML,
  PropertiesToXML,
  ToDict,
  type ToDictParams,
  ToXML,
  type ToXMLParams,
  XMLToDict,
} from './converters.ts';
export {
  EventXMLFilter,
  type EventXMLFilterParams,
  EventXMLXpathsFilter,
  type EventXMLXpathsFilterParams,
} from './xmlFilters.ts';
export {
  HTTPXpathEventAttributeModifier,
  XpathEventAttributeModifer,
  XpathEventAttributeModifier,
  type XpathModifierParams,
} from './xpathActors.ts';
export {
  evaluateXPath,
  textOfItem,
  XPath,
  type XPathItem,
  XPathLookup,
  type XPathOptions,
} from './xpathEngine.ts';
export { JSONXSD, XMLValidator, XSD, type XSDParams } from './xsd.ts';
export { XmlSchema, type XsdOptions } from './xsdEngine.ts';
export { JSONXSLT, Transformer, XSLT, type XSLTParams } from './xslt.ts';
export { Stylesheet, type XsltOptions, type XsltRun } from './xsltEngine.ts';
