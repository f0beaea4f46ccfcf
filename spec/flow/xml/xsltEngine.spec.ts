import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { MalformedEventData, parseXml, SetupError, xmlText } from '../../../lib/flow/events/index.ts';
import { Stylesheet } from '../../../lib/flow/xml/xsltEngine.ts';
import { changes } from './support.ts';

const sheet = (content: string, version = '1.0'): string =>
  `<xsl:stylesheet version="${version}" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:exsl="http://exslt.org/common" xmlns:my="urn:my" exclude-result-prefixes="exsl my">${content}</xsl:stylesheet>`;
const rule = (content: string): string => `<xsl:template match="/"><out>${content}</out></xsl:template>`;
const items = parseXml('<r><i id="10">a</i><i id="9">b</i></r>');

/** Of many things at once: to compile one takes a while. */
const manyThings = sheet(`
  <xsl:param name="who" select="'nobody'"/>
  <xsl:key name="by-id" match="i" use="@id"/>
  <xsl:variable name="tree"><v>1</v><v>2</v></xsl:variable>
  <my:names><name id="9">nine</name></my:names>
  <xsl:template name="double">
    <xsl:param name="nodes"/><xsl:param name="sum" select="0"/>
    <xsl:choose>
      <xsl:when test="$nodes">
        <xsl:call-template name="double">
          <xsl:with-param name="nodes" select="$nodes[position() &gt; 1]"/>
          <xsl:with-param name="sum" select="$sum + $nodes[1]/@id * 2"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$sum"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template match="/"><out>
    <who><xsl:value-of select="$who"/></who>
    <sorted><xsl:for-each select="//i"><xsl:sort select="@id" data-type="number"/><xsl:value-of select="."/></xsl:for-each></sorted>
    <key><xsl:value-of select="key('by-id', '9')"/></key>
    <recursion><xsl:call-template name="double"><xsl:with-param name="nodes" select="//i"/></xsl:call-template></recursion>
    <nodes><xsl:value-of select="count(exsl:node-set($tree)/v)"/></nodes>
    <first><xsl:value-of select="//i"/></first>
    <number><xsl:value-of select="'5' + 1"/></number>
    <self><xsl:value-of select="document('')//my:names/name[@id = '9']"/></self>
    <xsl:if test="//said"><xsl:message>just so</xsl:message></xsl:if>
    <xsl:if test="//bad"><xsl:message terminate="yes">order <b>7</b> is bad</xsl:message></xsl:if>
  </out></xsl:template>`);

describe('Stylesheet', function () {
  // Each is compiled in a process of its own.
  this.timeout(60_000);
  const sources = {
    manyThings,
    changes,
    reading: sheet(rule('<xsl:copy-of select="document(\'/etc/hostname\')"/>')),
    readingText: sheet(rule('<xsl:value-of select="unparsed-text(\'/etc/hostname\')"/>'), '3.0'),
    text: sheet('<xsl:output method="text"/><xsl:template match="/">no XML</xsl:template>'),
    endless: sheet(
      `${rule('<xsl:call-template name="a"/>')}<xsl:template name="a"><a><xsl:call-template name="a"/></a></xsl:template>`,
    ),
    simplified:
      '<out xsl:version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:value-of select="//i"/></out>',
  };
  const compiled = {} as Record<keyof typeof sources, Stylesheet>;
  before(async () => {
    await Promise.all(
      Object.entries(sources).map(async ([name, text]) => {
        compiled[name as keyof typeof sources] = await Stylesheet.compile(text);
      }),
    );
  });

  it('is compiled once, however many want it', async () => {
    const [first, second] = await Promise.all([Stylesheet.compile(changes), Stylesheet.compile(changes)]);
    assert.equal(first, compiled.changes);
    assert.equal(second, compiled.changes);
  });

  it('transforms by the rules of XSLT 1.0', () => {
    const result = compiled.manyThings.transform(items);
    assert.deepEqual(
      result.children.map(({ nodeName, textContent }) => [nodeName, textContent]),
      [
        ['who', 'nobody'],
        ['sorted', 'ba'],
        ['key', 'b'],
        ['recursion', '38'],
        ['nodes', '2'],
        ['first', 'a'],
        ['number', '6'],
        ['self', 'nine'],
      ],
    );
  });

  it('is run as often as you like, and leaves the source as it is', () => {
    const source = parseXml('<root><foo>foo_value</foo><bar>bar_value></bar></root>');
    for (let run = 0; run < 3; run++) {
      assert.equal(xmlText(compiled.changes.transform(source)), '<root><foo>foo_value</foo></root>');
    }
    assert.equal(xmlText(source), '<root><foo>foo_value</foo><bar>bar_value&gt;</bar></root>');
  });

  it('takes parameters, whatever they say', () => {
    const who = `it's "<me>" & {$you}`;
    assert.equal(
      compiled.manyThings.transform(items, { params: { who } }).firstElementChild?.textContent,
      who,
    );
    assert.include(compiled.manyThings.text(items, { params: { who: 5, unknown: true } }), '<who>5</who>');
  });

  it('fails with the message that ended it', () => {
    assert.throws(
      () => compiled.manyThings.transform(parseXml('<bad/>')),
      MalformedEventData,
      /^order 7 is bad$/,
    );
  });

  it('hands messages on', () => {
    const heard: string[] = [];
    compiled.manyThings.transform(parseXml('<said/>'), { onMessage: message => heard.push(message) });
    assert.deepEqual(heard, ['just so']);
  });

  it('reads no files', () => {
    assert.throws(() => compiled.reading.text(items), MalformedEventData, 'may not be read');
    assert.throws(() => compiled.readingText.text(items), MalformedEventData, 'may not be read');
  });

  it('leaves saxon-js as it was for others', () => {
    const saxon = createRequire(import.meta.url)('saxon-js');
    const { readFile } = saxon.getPlatform();
    const level = saxon.getLogLevel();
    assert.throws(() => compiled.reading.text(items));
    assert.equal(saxon.getPlatform().readFile, readFile);
    assert.equal(saxon.getLogLevel(), level);
  });

  it('may give a text, which is no document', () => {
    assert.equal(compiled.text.text(items), 'no XML');
    assert.throws(() => compiled.text.transform(items), MalformedEventData, 'no document');
  });

  it('may be the result itself', () => {
    assert.equal(xmlText(compiled.simplified.transform(items)), '<out>a</out>');
  });

  it('that calls itself without end fails', () => {
    assert.throws(() => compiled.endless.text(items), MalformedEventData);
  });

  it('with the option files reads from that directory alone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'troupe-spec-'));
    try {
      writeFileSync(join(directory, 'names.xml'), '<name>nine</name>');
      writeFileSync(join(directory, 'rule.xsl'), sheet(rule('<xsl:copy-of select="document($file)"/>')));
      const text = sheet('<xsl:param name="file" select="\'names.xml\'"/><xsl:include href="rule.xsl"/>');
      const stylesheet = await Stylesheet.compile(text, { files: directory });
      assert.equal(xmlText(stylesheet.transform(items)), '<out><name>nine</name></out>');
      for (const file of [
        '../names.xml',
        '/etc/hostname',
        'file:///etc/hostname',
        'http://127.0.0.1:1/x.xml',
      ]) {
        assert.throws(() => stylesheet.text(items, { params: { file } }), MalformedEventData);
      }
      writeFileSync(join(directory, 'rule.xsl'), sheet(rule('changed')));
      const later = await Stylesheet.compile(text, { files: directory });
      assert.equal(xmlText(later.transform(items)), '<out>changed</out>');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  for (const [what, text, reason] of [
    ['no XML', '<a', 'not well-formed'],
    ['no stylesheet', '<a/>', 'xsl:version'],
    ['an element that XSLT does not have', sheet(rule('<xsl:nope/>')), 'xsl:nope'],
    ['an include of whatever file', sheet('<xsl:include href="/etc/hostname"/>'), 'option files'],
    ['a bomb', `<!DOCTYPE a [<!ENTITY e "x">]>${sheet('')}`, 'refused'],
  ] as const) {
    it(`refuses ${what} when it is compiled`, async () => {
      const error = await Stylesheet.compile(text).then(
        () => assert.fail('it was taken'),
        (thrown: unknown) => thrown,
      );
      assert.instanceOf(error, SetupError);
      assert.include((error as SetupError).message, reason);
      assert.notInclude((error as SetupError).message, tmpdir());
    });
  }
});
