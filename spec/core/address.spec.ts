import { assert } from 'chai';
import fc from 'fast-check';
import { InvalidAddress } from '../../lib/base/errors.ts';
import { checkNodeAddress, isNodeAddress, Uri } from '../../lib/core/address.ts';

describe('Uri.parse()', () => {
  const shapes = {
    relative: { node: undefined, relative: true, url: undefined },
    absolute: { node: undefined, relative: false, url: undefined },
    onANode: { node: 'host:123', relative: false },
  };
  const rows = [
    {
      text: 'foo',
      ...shapes.relative,
      path: 'foo',
      name: 'foo',
      steps: ['foo'],
      parent: undefined,
      root: 'foo',
    },
    {
      text: 'foo/bar',
      ...shapes.relative,
      path: 'foo/bar',
      name: 'bar',
      steps: ['foo', 'bar'],
      parent: 'foo',
      root: 'foo',
    },
    { text: '.', ...shapes.relative, path: '.', name: '.', steps: ['.'], parent: undefined, root: '.' },
    {
      text: '../foo',
      ...shapes.relative,
      path: '../foo',
      name: 'foo',
      steps: ['..', 'foo'],
      parent: '..',
      root: '..',
    },
    { text: '/', ...shapes.absolute, path: '/', name: '', steps: [''], parent: undefined, root: '/' },
    {
      text: '/foo',
      ...shapes.absolute,
      path: '/foo',
      name: 'foo',
      steps: ['', 'foo'],
      parent: '/',
      root: '/',
    },
    {
      text: '/foo/bar',
      ...shapes.absolute,
      path: '/foo/bar',
      name: 'bar',
      steps: ['', 'foo', 'bar'],
      parent: '/foo',
      root: '/',
    },
    {
      text: '/foo:1',
      ...shapes.absolute,
      path: '/foo:1',
      name: 'foo:1',
      steps: ['', 'foo:1'],
      parent: '/',
      root: '/',
    },
    {
      text: 'host:123/',
      ...shapes.onANode,
      path: '/',
      name: '',
      steps: [''],
      parent: undefined,
      root: 'host:123/',
      url: 'tcp://host:123/',
    },
    {
      text: 'host:123/foo',
      ...shapes.onANode,
      path: '/foo',
      name: 'foo',
      steps: ['', 'foo'],
      parent: 'host:123/',
      root: 'host:123/',
      url: 'tcp://host:123/foo',
    },
    {
      text: 'host:123/foo/bar',
      ...shapes.onANode,
      path: '/foo/bar',
      name: 'bar',
      steps: ['', 'foo', 'bar'],
      parent: 'host:123/foo',
      root: 'host:123/',
      url: 'tcp://host:123/foo/bar',
    },
  ];

  for (const { text, ...parts } of rows) {
    it(`takes ${text} apart`, () => {
      const { node, relative, url, path, name, steps, parent, root } = Uri.parse(text);
      const [parentText, rootText] = [parent?.toString(), root.toString()];
      assert.deepEqual({ node, relative, url, path, name, steps, parent: parentText, root: rootText }, parts);
    });
  }

  for (const node of [
    'localhost:0',
    '127.0.0.1:9700',
    'my-host.example_1.org:65535',
    '[::1]:9700',
    '[fe80::1.2.3.4]:1',
  ]) {
    it(`knows ${node} for a node`, () => {
      const { path, relative } = Uri.parse(node);
      assert.deepEqual(
        [Uri.parse(`${node}/a`).node, Uri.parse(node).node, path, relative],
        [node, node, '/', false],
      );
    });
  }

  it('reads a node alone as its root', () => assert.equal(Uri.parse('host:123'), Uri.parse('host:123/')));

  it('takes names of any letters, dots and colons after the first step', () => {
    for (const text of ['ünï cödé', '/a.b', '/...', './a:1', '/a/../b', '/$1'])
      assert.equal(Uri.parse(text).toString(), text);
  });

  for (const [given, message] of [
    ['', '"" is no address: it is empty; write [host:port]/path/of/names'],
    [undefined, 'undefined is no address: it is empty'],
    [null, 'null is no address: it is empty'],
    [42, '42 is no address: it is empty'],
    ['foo/', '"foo/" is no address: it ends with a slash'],
    ['/foo/', '"/foo/" is no address: it ends with a slash'],
    ['host:123/foo/', '"host:123/foo/" is no address: it ends with a slash'],
    ['//', '"//" is no address: it ends with a slash'],
    ['//foo', '"//foo" is no address: it has an empty step'],
    ['foo//bar', '"foo//bar" is no address: it has an empty step'],
    ['host:123//foo', '"host:123//foo" is no address: it has an empty step'],
    [
      'host:',
      '"host:" is no node address; write host:port with a port from 0 to 65535, as in 127.0.0.1:9700',
    ],
    [':123/foo', '":123" is no node address'],
    ['host:port/foo', '"host:port" is no node address'],
    ['host:65536/foo', '"host:65536" is no node address'],
    ['host:-1', '"host:-1" is no node address'],
    ['host:1.5', '"host:1.5" is no node address'],
    ['host:000001', '"host:000001" is no node address'],
    ['host:1:2/foo', '"host:1:2" is no node address'],
    ['ho st:1', '"ho st:1" is no node address'],
    ['::1', '"::1" is no node address'],
    ['tcp://host:1/foo', '"tcp:" is no node address'],
    ['host:1\n/foo', '"host:1\\n" is no node address'],
  ] as const) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      assert.throws(() => Uri.parse(given as string), InvalidAddress, message);
    });
  }

  it('is undone by toString()', () => {
    fc.assert(fc.property(anyText, text => assert.equal(Uri.parse(text).toString(), text)));
  });

  it('is undone by JSON', () => {
    fc.assert(
      fc.property(anyText, text => assert.equal(JSON.stringify(Uri.parse(text)), JSON.stringify(text))),
    );
  });

  it('gives an address or an InvalidAddress for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('/', ':', '.', 'a', '1', '[', ']') })),
        text => {
          try {
            assert.oneOf(Uri.parse(text).toString(), [text, `${text}/`]);
          } catch (error) {
            assert.instanceOf(error, InvalidAddress);
          }
        },
      ),
    );
  });
});

describe('equal addresses', () => {
  it('are one and the same object, however they were made', () => {
    const uri = Uri.parse('host:123/foo/bar');
    const made = [
      Uri.parse('host:123/foo/bar'),
      Uri.parse('host:123/foo').child('bar'),
      Uri.parse('host:123').resolve('foo/bar'),
      Uri.parse('host:123/foo/bar/baz').parent,
    ];
    for (const other of made) assert.strictEqual(other, uri);
  });

  it('are one key of a map', () => {
    const map = new Map([[Uri.parse('/foo'), 1]]);
    assert.equal(map.get(Uri.parse('/').child('foo')), 1);
  });

  it('are one and the same object for any text', () => {
    fc.assert(fc.property(anyText, text => assert.strictEqual(Uri.parse(text), Uri.parse(text))));
  });
});

describe('uri.equals()', () => {
  it('knows the same address and its text', () => {
    const uri = Uri.parse('/foo');
    assert.deepEqual([uri.equals(Uri.parse('/foo')), uri.equals('/foo')], [true, true]);
  });

  it('knows nothing else', () => {
    const uri = Uri.parse('/foo');
    const others = [
      Uri.parse('foo'),
      Uri.parse('host:123/foo'),
      'foo',
      '/foo/',
      undefined,
      null,
      1,
      { path: '/foo' },
    ];
    assert.notInclude(
      others.map(other => uri.equals(other)),
      true,
    );
  });
});

describe('uri.local', () => {
  it('drops the node', () => {
    assert.deepEqual(
      ['host:123', 'host:123/foo/bar'].map(text => String(Uri.parse(text).local)),
      ['/', '/foo/bar'],
    );
  });

  it('is the same object without a node', () => {
    for (const text of ['foo', '/foo', '/']) assert.strictEqual(Uri.parse(text).local, Uri.parse(text));
  });
});

describe('uri.child()', () => {
  for (const [text, child] of [
    ['foo', 'foo/a'],
    ['/', '/a'],
    ['/foo', '/foo/a'],
    ['host:123', 'host:123/a'],
    ['host:123/foo', 'host:123/foo/a'],
  ] as const) {
    it(`of ${text} is ${child}`, () => assert.equal(String(Uri.parse(text).child('a')), child));
  }

  for (const name of ['', '.', '..', 'a/b', '/', '/a', 'a/', undefined, null, 1]) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      const message = 'is no address: a child is one step that is not empty, . or ..';
      assert.throws(() => Uri.parse('/foo').child(name as string), InvalidAddress, message);
    });
  }

  it('has the address as its parent and its name as its name', () => {
    fc.assert(
      fc.property(anyText, anyName, (text, name) => {
        const child = Uri.parse(text).child(name);
        assert.deepEqual(
          [child.parent, child.name, child.root],
          [Uri.parse(text), name, Uri.parse(text).root],
        );
      }),
    );
  });
});

describe('uri.resolve()', () => {
  for (const [base, other, result] of [
    ['/', 'a', '/a'],
    ['/', '.', '/'],
    ['/', '/', '/'],
    ['/foo', 'a/b', '/foo/a/b'],
    ['/foo', './a', '/foo/a'],
    ['/foo', '..', '/'],
    ['/foo', '../a', '/a'],
    ['/foo/bar', '../../a', '/a'],
    ['/foo/bar', 'a/../b/.', '/foo/bar/b'],
    ['/foo/bar', '/b', '/b'],
    ['/foo', 'other:1/b', 'other:1/b'],
    ['/foo', '.../a', '/foo/.../a'],
    ['host:123', 'a', 'host:123/a'],
    ['host:123/foo', '..', 'host:123/'],
    ['host:123/foo', '/b', 'host:123/b'],
    ['host:123/foo', '/', 'host:123/'],
    ['host:123/foo', 'other:1', 'other:1/'],
    ['foo', 'a', 'foo/a'],
    ['foo/bar', '..', 'foo'],
  ] as const) {
    it(`reads ${other} at ${base} as ${result}`, () => {
      assert.equal(String(Uri.parse(base).resolve(other)), result);
      assert.strictEqual(Uri.parse(base).resolve(Uri.parse(other)), Uri.parse(result));
    });
  }

  for (const [base, other] of [
    ['/', '..'],
    ['/foo', '../..'],
    ['/foo', 'a/../../..'],
    ['host:123/foo', '../../a'],
  ] as const) {
    it(`refuses ${other} at ${base}`, () => {
      const message = `"${other}" is no address: it leads above the root of ${Uri.parse(base)}`;
      assert.throws(() => Uri.parse(base).resolve(other), InvalidAddress, message);
    });
  }

  it('leads back from a child with ..', () => {
    fc.assert(
      fc.property(anyText, anyName, (text, name) => {
        assert.strictEqual(Uri.parse(text).child(name).resolve('..'), Uri.parse(text));
      }),
    );
  });
});

describe('isNodeAddress()', () => {
  it('knows host:port and nothing else', () => {
    const texts = ['host:123', '[::1]:1', 'host', '/foo', 'host:123/', 'host:70000', ''];
    assert.deepEqual(texts.map(isNodeAddress), [true, true, false, false, false, false, false]);
  });
});

describe('checkNodeAddress()', () => {
  it('gives the text back', () => assert.equal(checkNodeAddress('host:123'), 'host:123'));

  for (const given of ['host', '', 'host:123/', undefined, 9700]) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      assert.throws(
        () => checkNodeAddress(given as string),
        InvalidAddress,
        'is no node address; write host:port',
      );
    });
  }
});

/** A step that is neither `.` nor `..`; what starts a relative address has no colon. */
const anyName = fc
  .string({ minLength: 1 })
  .filter(name => !name.includes('/') && name !== '.' && name !== '..');

const anyFirstName = anyName.filter(name => !name.includes(':'));
const anyNode = fc.tuple(fc.domain(), fc.nat(65_535)).map(([host, port]) => `${host}:${port}`);
const anyPath = fc.array(anyName, { maxLength: 4 }).map(names => `/${names.join('/')}`);
const anyRelative = fc
  .tuple(anyFirstName, fc.array(anyName, { maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest].join('/'));

const anyText = fc.oneof(
  anyPath,
  anyRelative,
  fc.tuple(anyNode, anyPath).map(parts => parts.join('')),
);
