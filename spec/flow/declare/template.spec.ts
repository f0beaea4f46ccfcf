import { assert } from 'chai';
import fc from 'fast-check';
import { Template, type TemplateFormat } from '../../../lib/flow/declare/template.ts';
import {
  Event,
  JSONEvent,
  MalformedEventData,
  parseXml,
  SetupError,
  XMLEvent,
} from '../../../lib/flow/index.ts';

const order = new JSONEvent({
  data: { id: 7, name: 'Ann "A" <x&y>', lines: [{ item: 'tea' }], empty: '', none: null, off: false },
  service: 'shop',
  error: new Error('no tea'),
});
const fill = (text: string, format: TemplateFormat = 'text', event: Event = order) =>
  new Template(text, format).fill(event);

describe('Template', () => {
  const texts: [template: string, text: string][] = [
    ['nothing', 'nothing'],
    ['', ''],
    ['{{data/id}}', '7'],
    ['{{ data/lines/0/item }} for {{data/name}} ({{service}})', 'tea for Ann "A" <x&y> (shop)'],
    ['{{data/lines}}', '[{"item":"tea"}]'],
    ['{{data/off}}', 'false'],
    ['{{error}}', 'no tea'],
    ['{{data/gone:-nobody}}', 'nobody'],
    ['{{data/none:-}}!', '!'],
    ['{{data/empty:-nobody}}', 'nobody'],
    ['{{data/empty}}!', '!'],
    ['{{data/off:-on}}', 'false'],
    ['{{{{data/id}}', '{{data/id}}'],
    ['{{{data/id}}}', '{7}'],
    ['$1 $& {{data/id}}', '$1 $& 7'],
  ];
  for (const [template, text] of texts) {
    it(`makes of ${template} ${text}`, () => {
      assert.equal(fill(template), text);
    });
  }

  it('writes whole values in JSON, and texts between quotes', () => {
    const text = fill(
      '{"id": {{data/id}}, "who": {{data/name}}, "is": "{{data/id}}: {{data/name}}", "l": {{data/lines}}}',
      'json',
    );
    assert.deepEqual(JSON.parse(text), {
      id: 7,
      who: 'Ann "A" <x&y>',
      is: '7: Ann "A" <x&y>',
      l: [{ item: 'tea' }],
    });
  });

  it('takes a default for a whole value of JSON when it is one, and for a text when not', () => {
    const text = fill(
      '[{{data/x:-0}}, {{data/x:-null}}, {{data/x:-[]}}, {{data/x:-}}, {{data/x:-no one}}, "{{data/x:-0}}", {{data/name:-0}}]',
      'json',
    );
    assert.deepEqual(JSON.parse(text), [0, null, [], '', 'no one', '0', 'Ann "A" <x&y>']);
    const event = new Event({ data: '0' });
    assert.equal(fill('{{data:-0}}', 'json', event), '"0"');
  });

  it('writes XML as the text that it is', () => {
    const event = new XMLEvent({ data: '<a b="c"/>' });
    assert.equal(fill('data: {{data}}', 'text', event), 'data: <a b="c"/>');
    assert.deepEqual(JSON.parse(fill('[{{data}}, "{{data}}"]', 'json', event)), ['<a b="c"/>', '<a b="c"/>']);
    assert.equal(parseXml(fill('<x>{{data}}</x>', 'xml', event)).textContent, '<a b="c"/>');
  });

  it('refuses what JSON has no way to write', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const data of [circle, [1n]])
      assert.throws(() => fill('{{data}}', 'json', new Event({ data })), MalformedEventData, 'as JSON');
  });

  it('knows a quote that is escaped from one that is not', () => {
    assert.deepEqual(JSON.parse(fill('{"a": "\\"{{data/name}}\\\\", "b": {{data/id}}}', 'json')), {
      a: '"Ann "A" <x&y>\\',
      b: 7,
    });
  });

  it('escapes what is put into XML', () => {
    const text = fill('<o who="{{data/name}}">{{data/name}}</o>', 'xml');
    assert.equal(parseXml(text).getAttribute('who'), 'Ann "A" <x&y>');
    assert.equal(parseXml(text).textContent, 'Ann "A" <x&y>');
  });

  it('puts values anywhere in the texts of XML and in its attributes', () => {
    const text = `<?x a="?><o a='>' b = '{{data/id}}"' c="'{{data/id}}"><!-- '"> --><![CDATA[<"]]>{{data/id}}</o>{{data/empty}}`;
    assert.equal(fill(text, 'xml'), `<?x a="?><o a='>' b = '7"' c="'7"><!-- '"> --><![CDATA[<"]]>7</o>`);
  });

  const anyText = fc.string({ unit: 'binary', maxLength: 20 });

  it('makes JSON that holds the value, whatever it is', () => {
    const template = new Template('{"v": {{value}}, "t": "{{value}}"}', 'json');
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.jsonValue().filter(value => value !== null),
        ),
        value => {
          const made = JSON.parse(template.fill(new Event({ value }))) as { v: unknown; t: unknown };
          assert.deepEqual(made.v, JSON.parse(JSON.stringify(value)));
          assert.isString(made.t);
        },
      ),
    );
  });

  it('makes XML with nothing in it but a text, whatever that is', () => {
    const template = new Template('<a b="{{value}}">{{value}}</a>', 'xml');
    fc.assert(
      fc.property(anyText, value => {
        const root = parseXml(template.fill(new Event({ value })));
        assert.equal(root.childElementCount, 0);
        assert.deepEqual(
          root.attributes.map(({ name }) => name),
          ['b'],
        );
      }),
    );
  });

  it('refuses an event that has nothing at a place', () => {
    assert.throws(() => fill('{{data/gone}}'), MalformedEventData, 'the event has nothing at "data/gone"');
    assert.throws(() => fill('{{data/none}}'), MalformedEventData);
    assert.throws(() => fill('{{data/toString}}'), MalformedEventData);
  });

  const refusals: [template: string, format: TemplateFormat, reason: RegExp][] = [
    ['{{}}', 'text', /^\{\{\}\} names no place of the event/],
    ['{{ :-x}}', 'text', /names no place/],
    ['a {{data/id', 'text', /^"\{\{data\/id" is no place: write \{\{path\}\}, or \{\{\{\{ for \{\{ itself$/],
    ['{"a": {{data/id}}', 'json', /^the template is no JSON: /],
    ['{"a": 1{{data/id}}}', 'json', /^the template is no JSON: /],
    ['{"a": "\\u000{{data/id}}"}', 'json', /^the template is no JSON: /],
    [
      '<{{data/id}}/>',
      'xml',
      /^\{\{data\/id\}\} is within a tag, outside the quotes of its attributes, where XML has no place/,
    ],
    ['<a {{data/id}}="x"/>', 'xml', /is within a tag/],
    ['<a b={{data/id}}/>', 'xml', /is within a tag/],
    ['<a b="x" {{data/id}}>', 'xml', /is within a tag/],
    ['<a><!-- > {{data/id}} --></a>', 'xml', /is within a comment/],
    ['<a><![CDATA[ > {{data/id}} ]]></a>', 'xml', /is within a CDATA section/],
    ['<?a {{data/id}}?><a/>', 'xml', /is within a processing instruction/],
  ];
  for (const [template, format, reason] of refusals) {
    it(`can't be ${template} as ${format}`, () => {
      assert.throws(() => new Template(template, format), SetupError, reason);
    });
  }
});
