import { assert } from 'chai';
import { pathPattern } from '../../lib/base/paths.ts';

describe('pathPattern()', () => {
  for (const [pattern, matching, others] of [
    ['/a', ['/a'], ['/', '/ab', '/a/b', '/b/a']],
    ['/a/*', ['/a/b', '/a/b$1'], ['/a', '/a/b/c']],
    ['/a/**', ['/a', '/a/b', '/a/b/c'], ['/ab', '/b']],
    ['/**', ['/', '/a', '/a/b'], []],
    ['/w*/x', ['/w/x', '/worker/x'], ['/w/y/x', '/v/x']],
    ['/a.b', ['/a.b'], ['/axb']],
  ] as const) {
    it(`${pattern} is for ${matching.join(', ')} and not for ${others.join(', ') || 'less'}`, () => {
      const matches = (path: string) => pathPattern(pattern, 'actors').test(path);
      assert.deepEqual([...matching, ...others].filter(matches), [...matching]);
    });
  }

  it('refuses what is no path', () => {
    assert.throws(
      () => pathPattern('a/*', 'record: actors'),
      TypeError,
      'record: actors: a path starts with /',
    );
  });
});
