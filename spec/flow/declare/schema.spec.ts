import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';
import { parse } from 'yaml';
import * as flow from '../../../lib/flow/index.ts';
import { JsonSchema } from '../../../lib/flow/json/schemaEngine.ts';

const examples = fileURLToPath(new URL('../../../examples/flow', import.meta.url));

describe('the schema of flow files', () => {
  const schema = new JsonSchema(flow.flowSchema);

  for (const name of readdirSync(examples).filter(file => file.endsWith('.yaml'))) {
    it(`takes ${name}, variables and all`, () => {
      assert.deepEqual(schema.errors(parse(readFileSync(`${examples}/${name}`, 'utf8'))), []);
    });
  }

  it('has a description for every key', () => {
    const missing: string[] = [];
    const visit = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (path.endsWith('/properties') && !('description' in (inner as object)))
          missing.push(`${path}/${key}`);
        visit(inner, `${path}/${key}`);
      }
    };
    visit(flow.flowSchema, '');
    assert.deepEqual(missing, []);
  });
});

describe('the built-in actors', () => {
  it('are all that troupe/flow exports, but those that others extend', () => {
    const exported = Object.entries(flow)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof flow.FlowActor)
      .map(([name]) => name);
    assert.sameMembers([...flow.builtInActors.keys(), 'Modifier'], exported);
  });
});
