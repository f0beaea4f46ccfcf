import { assert } from 'chai';
import { parseXml, SetupError } from '../../../lib/flow/events/index.ts';
import { XmlSchema } from '../../../lib/flow/xml/xsdEngine.ts';

const schema = (content: string): string =>
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${content}</xs:schema>`;
const line =
  '<xs:complexType name="Line"><xs:sequence><xs:element name="no" type="xs:int"/><xs:element name="sku" type="xs:string"/></xs:sequence></xs:complexType>';
const root = '<xs:element name="line" type="Line"/>';

async function failure(xsd: string): Promise<SetupError> {
  const error = await XmlSchema.load(xsd).then(
    () => assert.fail('the schema was taken'),
    (thrown: unknown) => thrown,
  );
  assert.instanceOf(error, SetupError);
  return error as SetupError;
}

describe('XmlSchema', () => {
  it('has no fault to find in a valid document', async () => {
    const loaded = await XmlSchema.load(schema(line + root));
    assert.deepEqual(loaded.errors(parseXml('<line><no>1</no><sku>a</sku></line>')), []);
    loaded.close();
  });

  it('lists all faults in the words of libxml2', async () => {
    const loaded = await XmlSchema.load(schema(line + root));
    assert.deepEqual(loaded.errors(parseXml('<line><no>x</no></line>')), [
      "Element 'no': 'x' is not a valid value of the atomic type 'xs:int'.",
      "Element 'line': Missing child element(s). Expected is ( sku ).",
    ]);
    assert.lengthOf(loaded.errors(parseXml('<other/>')), 1);
    loaded.close();
  });

  it('includes the schemas that it is given', async () => {
    const including = schema(`<xs:include schemaLocation="types.xsd"/>${root}`);
    const loaded = await XmlSchema.load(including, { includes: { 'types.xsd': schema(line) } });
    assert.lengthOf(loaded.errors(parseXml('<line/>')), 1);
    loaded.close();
    assert.include((await failure(including)).message, 'types.xsd');
  });

  it('reads no files', async () => {
    const path = new URL(import.meta.url).pathname;
    assert.include(
      (await failure(schema(`<xs:include schemaLocation="${path}"/>`))).message,
      'failed to load',
    );
  });

  for (const [what, xsd] of Object.entries({
    'no XML': '<xs:schema',
    'no schema': '<a/>',
    'a type that there is not': schema('<xs:element name="a" type="nope"/>'),
  })) {
    it(`refuses ${what} when it is loaded`, async () => {
      assert.isNotEmpty((await failure(xsd)).messages);
    });
  }

  it('validates nothing after close', async () => {
    const loaded = await XmlSchema.load(schema(root + line));
    loaded.close();
    loaded.close();
    assert.throws(() => loaded.errors(parseXml('<line/>')), SetupError, 'closed');
  });
});
