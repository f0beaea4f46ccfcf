import { assert } from 'chai';
import { MalformedEventData, parseXml, SetupError } from '../../../lib/flow/events/index.ts';
import { evaluateXPath, textOfItem, XPath, XPathLookup } from '../../../lib/flow/xml/xpathEngine.ts';

const order = parseXml('<order><id>7</id><line no="1">foo</line><line no="2">bar<b/></line></order>');

describe('XPath', () => {
  for (const [expression, value] of [
    ['/order/id', '7'],
    ['id', '7'],
    ['//line/@no', ['1', '2']],
    ['//line[@no > 1]', '<line no="2">bar<b/></line>'],
    ['count(//line)', '2'],
    ['string(//id)', '7'],
    ['//id/text()', '7'],
    ['//id + 1', '8'],
    ['//id = 7', 'true'],
    ['//none', null],
    ['()', null],
  ] as const) {
    it(`${expression} is ${JSON.stringify(value)}`, () => {
      assert.deepEqual<unknown>(new XPath(expression).value(order), value);
    });
  }

  it('finds nodes, numbers, texts and booleans', () => {
    assert.deepEqual(new XPath('(count(//line), "x", true())').items(order), [2, 'x', true]);
    assert.equal(new XPath('//id').nodes(order)[0], order.firstElementChild);
    assert.deepEqual(new XPath('//line/@no').texts(order), ['1', '2']);
  });

  it('tests whether there is anything, or what a comparison says', () => {
    const tests = ['//line', '//none', '//id = 7', '//id = 8', 'false()'].map(text =>
      new XPath(text).test(order),
    );
    assert.deepEqual(tests, [true, false, true, false, false]);
  });

  it('uses the namespaces that it is given, and none of the document', () => {
    const namespaced = parseXml('<o xmlns="u" xmlns:p="v"><p:id>7</p:id></o>');
    assert.equal(new XPath('//q:id', { namespaces: { q: 'v' } }).value(namespaced), '7');
    assert.isNull(new XPath('/o').value(namespaced));
    assert.lengthOf(new XPath('/o', { defaultNamespace: 'u' }).items(namespaced), 1);
    assert.throws(() => new XPath('//p:id'), SetupError, 'prefix p');
  });

  it('knows the variables that it is given', () => {
    assert.equal(new XPath('//line[@no = $no]/b', { variables: { no: '2' } }).nodes(order).length, 1);
    assert.throws(() => new XPath('$no'), SetupError, 'variable');
  });

  for (const expression of [
    '1 +',
    '',
    'foo()',
    '//p:x',
    '$x',
    'doc("file:///etc/passwd")',
    'unparsed-text("/etc/passwd")',
  ]) {
    it(`refuses ${JSON.stringify(expression)} when it is made`, () => {
      assert.throws(() => new XPath(expression), SetupError);
    });
  }

  it('says what fails with this document alone', () => {
    assert.throws(() => new XPath('//line + 1').items(order), MalformedEventData, '//line + 1');
    assert.throws(() => new XPath('xs:int(//line[1])').items(order), MalformedEventData, 'foo');
  });

  it('gives the text of anything', () => {
    assert.deepEqual(evaluateXPath('(//id, /, //@no, 5, true())', order).map(textOfItem), [
      '7',
      '<order><id>7</id><line no="1">foo</line><line no="2">bar<b/></line></order>',
      '1',
      '2',
      '5',
      'true',
    ]);
    assert.equal(textOfItem(parseXml('<a>x<![CDATA[<y>]]></a>')), 'x<y>');
  });
});

describe('XPathLookup', () => {
  const document = parseXml(
    '<o xmlns="u" xmlns:p="v"><id>7</id><p:id>8</p:id><q:in xmlns:q="w"><q:id>9</q:id></q:in></o>',
  );

  it('takes steps without a prefix for the default namespace', () => {
    assert.deepEqual(new XPathLookup(document).lookup('/o/id').map(textOfItem), ['7']);
  });

  it('knows the prefixes of the root and of its children', () => {
    const lookup = new XPathLookup(document);
    assert.deepEqual(lookup.lookup('//p:id').map(textOfItem), ['8']);
    assert.deepEqual(lookup.lookup('//q:id').map(textOfItem), ['9']);
  });

  it('takes the default namespace of a child where the root has none', () => {
    const inner = parseXml('<o><id xmlns="u">7</id></o>');
    assert.deepEqual(new XPathLookup(inner).lookup('//id').map(textOfItem), ['7']);
  });

  it('finds things without any namespace', () => {
    assert.deepEqual(new XPathLookup(order).lookup('//id').map(textOfItem), ['7']);
  });

  it('refuses what is no XPath for this document', () => {
    for (const expression of ['1 +', '//zz:id']) {
      assert.throws(() => new XPathLookup(document).lookup(expression), MalformedEventData);
    }
  });
});
