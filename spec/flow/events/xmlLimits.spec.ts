import { assert } from 'chai';
import {
  InvalidEventDataModification,
  parseXml,
  XMLEvent,
  xmlLimits,
} from '../../../lib/flow/events/index.ts';

describe('xmlLimits', () => {
  const before = { ...xmlLimits() };
  afterEach(() => xmlLimits(before));

  it('has these defaults', () => {
    assert.deepEqual(before, {
      length: 8 * 1024 * 1024,
      depth: 256,
      nodes: 250_000,
      attributes: 256,
      attributeLength: 1024 * 1024,
    });
  });

  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join(
    '',
  );
  for (const [what, text] of Object.entries({
    'a billion laughs': `<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`,
    'one long entity, often': `<!DOCTYPE a [<!ENTITY e "${'x'.repeat(50_000)}">]><a>${'&e;'.repeat(50_000)}</a>`,
    'an external entity': '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    'an external entity of parameters': '<!DOCTYPE a [<!ENTITY % e SYSTEM "http://127.0.0.1/">%e;]><a/>',
    'default attributes': '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
    'a document type behind comments':
      '<!-- > --><?x > ?>\n<!DOCTYPE a PUBLIC ">" \'"[\' [<!ENTITY e "x">]><a>&e;</a>',
    'an empty document type': '<!DOCTYPE a []><a/>',
    'deep nesting': '<a>'.repeat(257) + '</a>'.repeat(257),
    'deep nesting that never ends': '<a>'.repeat(1_000_000),
    'a long attribute': `<a b="${'x'.repeat(10_000_000)}"/>`,
    'a long attribute that is shorter than all': `<a b="${'x'.repeat(2_000_000)}"/>`,
    'many attributes': `<a ${Array.from({ length: 257 }, (_, n) => `b${n}=""`).join(' ')}/>`,
    'many elements': `<a>${'<b/>'.repeat(250_000)}</a>`,
    'many attributes of many elements': `<a>${`<b ${'c="" '.repeat(100)}/>`.repeat(2500)}</a>`,
    'many comments': `<a>${'<!---->'.repeat(250_000)}</a>`,
    'a long text': `<a>${'x'.repeat(9_000_000)}</a>`,
    'a long text that is no XML': '<'.repeat(9_000_000),
  })) {
    it(`refuse ${what}`, () => {
      assert.throws(() => new XMLEvent({ data: text }), InvalidEventDataModification, 'refused');
    });
  }

  for (const [what, text] of Object.entries({
    'as many levels as there may be': '<a>'.repeat(256) + '</a>'.repeat(256),
    'many siblings': `<a>${'<b><c></c></b>'.repeat(1000)}</a>`,
    'signs of XML in a comment, a CDATA section and an attribute':
      '<a b="<!DOCTYPE [<x>"><!-- <!DOCTYPE [ <b> --><![CDATA[<!DOCTYPE [ <b>]]></a>'
        .replace('"<', '"&lt;')
        .replace('<x>', ''),
    'a document type that declares nothing': '<!DOCTYPE a PUBLIC "x" \'[>\'><a/>',
    'the five entities and numbers': '<a>&lt;&gt;&amp;&quot;&apos;&#65;</a>',
  })) {
    it(`let ${what} pass`, () => {
      assert.equal(parseXml(text).nodeName, 'a');
    });
  }

  for (const text of [
    '<',
    '<a',
    '<a b',
    '<a b="',
    '<!',
    '<!--',
    '<![CDATA[',
    '<?',
    '</',
    '</a>',
    '<a></b></a>',
    '<!DOCTYPE',
  ]) {
    it(`leave ${text} to the parser, which refuses it`, () => {
      assert.throws(() => parseXml(text), InvalidEventDataModification, 'not well-formed');
    });
  }

  it('can be changed', () => {
    xmlLimits({ depth: 2 });
    assert.equal(xmlLimits().depth, 2);
    assert.throws(() => parseXml('<a><b><c/><d></d></b></a>'), InvalidEventDataModification, '2 levels');
    xmlLimits({ depth: 3 });
    assert.equal(parseXml('<a><b><d></d></b></a>').nodeName, 'a');
  });

  it('hold for what JSON becomes', () => {
    xmlLimits({ depth: 2 });
    assert.throws(() => new XMLEvent({ data: { a: { b: { c: 1 } } } }), InvalidEventDataModification);
    assert.equal(new XMLEvent({ data: { a: { b: 1 } } }).dataString(), '<a><b>1</b></a>');
  });
});
