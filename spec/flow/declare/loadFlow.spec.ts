// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is what a flow file writes
import { join } from 'node:path';
import { assert } from 'chai';
import {
  EventFilter,
  type EventRouter,
  FlowFileError,
  JSONEvent,
  loadFlow,
} from '../../../lib/flow/index.ts';
import { Node } from '../../../lib/node/node.ts';
import { twice } from './fixtures/actors.ts';
import { faultsOf, fixtures, flowOf, keptBy, run } from './support.ts';

const paramsOf = (director: Awaited<ReturnType<typeof flowOf>>, name: string) =>
  director.getActor(name)?.params as Record<string, unknown>;

describe('loadFlow', () => {
  it('makes a flow that runs', async () => {
    const director = await flowOf(`
name: numbers
stopWhen: idle
logActor: "Null"
actors:
  numbers:
    actor: \${HERE}/actors.ts#Numbers
    params:
      list: [1, 2, three]
  text:
    actor: EventTemplate
    params: { template: "number {{data}}" }
  keep: \${HERE}/actors.ts#Keep
wiring:
  - numbers -> text -> keep
`);
    assert.equal(director.name, 'numbers');
    assert.isFalse(director.isRunning);
    await run(director);
    assert.deepEqual(keptBy(director), ['number 1', 'number 2', 'number three']);
  });

  it('finds files and modules beside the file, and calls the flow after it', async () => {
    const file = join(fixtures, 'beside.yaml');
    const director = await loadFlow(file);
    assert.equal(director.name, 'beside');
    assert.deepEqual(paramsOf(director, 'keep'), { text: 'text of a file\n', file: `${fixtures}/x.csv` });
  });

  it('reads JSON as well', async () => {
    const director = await flowOf(
      '{"actors": {"a": "STDOUT", "b": "Null"}, "wiring": [{"from": "a", "to": "b", "size": 7}]}',
    );
    const [edge] = director.graph().edges;
    assert.deepInclude(edge, { source: 'a', destination: 'b', size: 7 });
  });

  it('wires events, errors and log lines, with sizes and policies', async () => {
    const director = await flowOf(`
size: 20
policy: fail
actors: { a: STDOUT, b: STDOUT, c: STDOUT }
wiring:
  - a.out -> b
  - a !> c
  - a ~> c
  - { from: b, to: [c.one, c.two], size: 3, policy: dropOldest }
`);
    const edges = director.graph().edges.filter(({ isDefault }) => !isDefault);
    assert.deepEqual(
      edges.map(({ kind, source, outbox, destination, inbox, size, policy }) =>
        [kind, `${source}.${outbox}`, `${destination}.${inbox}`, size, policy].join(' '),
      ),
      [
        'event a.out b.out 20 fail',
        'error a.c c.error_a 20 fail',
        'log a.c c.log_a 20 dropOldest',
        'event b.c c.one 3 dropOldest',
        'event b.c c.two 3 dropOldest',
      ],
    );
  });

  it('takes other actors for logs and errors, and may wire them', async () => {
    const director = await flowOf(`
logActor: "Null"
errorActor: { name: failures, actor: EventLogger, params: { level: ERROR } }
actors: { a: STDOUT }
wiring: [a !> failures, failures -> a]
`);
    const { nodes } = director.graph();
    assert.deepEqual(
      nodes.map(({ name, type, role }) => [name, type, role]),
      [
        ['a', 'STDOUT', 'actor'],
        ['log', 'Null', 'log'],
        ['failures', 'EventLogger', 'error'],
      ],
    );
  });

  it('knows the log and error actors that are there of themselves', async () => {
    const director = await flowOf(
      '{actors: {a: STDOUT}, wiring: [a -> default_error_logger, a -> default_stdout]}',
    );
    assert.lengthOf(
      director.graph().edges.filter(({ isDefault }) => !isDefault),
      2,
    );
  });

  it('fills in variables, and takes aliases and merged maps', async () => {
    const director = await flowOf(
      `
actors:
  a:
    actor: \${HERE}/actors.ts#\${CLASS:-Keep}
    params: &shared
      count: \${COUNT}
      text: "\${COUNT}"
      literal: $\${COUNT}
  b:
    actor: \${HERE}/actors.ts#Keep
    params:
      <<: *shared
      text: own
`,
      { env: { COUNT: '3' } },
    );
    assert.deepEqual(paramsOf(director, 'a'), { count: 3, text: '3', literal: '${COUNT}' });
    assert.deepEqual(paramsOf(director, 'b'), { count: 3, text: 'own', literal: '${COUNT}' });
  });

  it('knows the folder of the file, whatever the environment says', async () => {
    const director = await loadFlow(join(fixtures, 'beside.yaml'), { env: { FLOW_DIR: '/elsewhere' } });
    assert.propertyVal(paramsOf(director, 'keep'), 'file', `${fixtures}/x.csv`);
  });

  it('takes a byte order mark for nothing', async () => {
    assert.deepEqual(await faultsOf('\uFEFFsize: 0\r\nactors: {a: STDOUT}\r\n'), [
      '1:7 size: must be at least 1, not 0',
    ]);
  });

  it('does not look for variables in the value of a variable', async () => {
    const director = await flowOf('{actors: {a: {actor: "${HERE}/actors.ts#Keep", params: {v: "${V}"}}}}', {
      env: { V: '${HERE}' },
    });
    assert.deepEqual(paramsOf(director, 'a'), { v: '${HERE}' });
  });

  it('gives parameters classes, functions, instances and the content of files', async () => {
    const director = await flowOf(`
actors:
  keep:
    actor: \${HERE}/actors.ts#Keep
    params:
      class: { $use: JSONEvent }
      functions: [{ $use: "\${HERE}/actors.ts#twice" }]
      filter: { $new: EventFilter, params: { outboxNames: x, nextFilter: { $new: EventFilter } } }
      path: { $new: XPath, args: ["/a/b"] }
      text: { $file: "\${HERE}/text.txt" }
      common: { $use: "\${HERE}/actors.cjs#word" }
      schema: { $ref: "#/x" }
`);
    const { filter, path, ...others } = paramsOf(director, 'keep');
    assert.deepEqual(others, {
      class: JSONEvent,
      functions: [twice],
      text: 'text of a file\n',
      common: 'of CommonJS',
      schema: { $ref: '#/x' },
    });
    assert.instanceOf(filter, EventFilter);
    assert.deepEqual((filter as EventFilter).outboxNames, ['x']);
    assert.equal((path as object).constructor.name, 'XPath');
  });

  it('gives routers their filters', async () => {
    const director = await flowOf(`
stopWhen: idle
logActor: "Null"
actors:
  numbers: \${HERE}/actors.ts#Numbers
  router:
    actor: EventRouter
    params:
      routingFilters:
        - { $new: EventFilter, params: { valueRegexes: "^2$", outboxNames: two } }
  keep: \${HERE}/actors.ts#Keep
wiring: [numbers -> router, router.two -> keep]
`);
    assert.equal((director.getActor('router') as EventRouter).name, 'router');
    await run(director);
    assert.deepEqual(keptBy(director), [2]);
  });

  it('starts a node as the file says', async () => {
    const director = await flowOf(`
node: { address: "127.0.0.1:0", remoting: { insecure: false, relays: [] } }
logActor: "Null"
actors: { a: STDOUT }
`);
    await director.start();
    assert.match(String(director.node?.address), /^127\.0\.0\.1:[1-9]\d*$/);
    await director.stop();
  });

  it('lets the caller go before the file', async () => {
    const director = await flowOf('{stopWhen: idle, name: file, actors: {a: STDOUT}}', {
      director: { name: 'caller' },
    });
    assert.equal(director.name, 'caller');
  });

  it('runs on the node of the caller', async () => {
    const node = await Node.start();
    const director = await flowOf('{node: {address: "127.0.0.1:0"}, logActor: "Null", actors: {a: STDOUT}}', {
      director: { node },
    });
    await director.start();
    assert.equal(director.node, node);
    await director.stop();
    await node.stop();
  });

  describe('what is wrong', () => {
    it('is told all at once, in the order of the file, with its place', async () => {
      assert.deepEqual(
        await faultsOf(`sizes: 5
size: \${SIZE}
policy: blok
actors:
  src: \${HERE}/actors.ts#Numers
  tem: { actor: EventTemplat }
  none: { params: { a: 1 } }
  slow:
    actor: Throttle
    params:
      rate: 0
wiring:
  - src -> tmp
  - { from: src, to: slow, kind: errors }
`),
        [
          '1:1 sizes: there is no such key; did you mean size?; the keys here are name, description, size, policy, copy, acks, ackTimeout, stopTimeout, stopWhen, restart, node, logActor, errorActor, actors, wiring',
          '2:7 size: the environment variable SIZE is not set; set it, or give a default: ${SIZE:-…}',
          '3:9 policy: must be block, dropNewest, dropOldest or fail, not "blok"',
          `5:8 actors.src: there is no Numers in ${fixtures}/actors.ts; did you mean Numbers?; it exports Keep, Numbers, Picky, notAnActor, twice`,
          '6:17 actors.tem.actor: there is no built-in EventTemplat; did you mean EventTemplate?',
          '7:3 actors.none: the key actor is missing',
          '11:13 actors.slow.params.rate: rate must be a whole number from 1 up, not 0',
          '13:5 wiring[0]: there is no actor "tmp"',
          '14:34 wiring[1].kind: must be event, error or log, not "errors"',
        ],
      );
    });

    const cases: [what: string, yaml: string, fault: RegExp][] = [
      [
        'a key that no actor has',
        'actors:\n  a: {actor: STDOUT, parms: {}}',
        /^2:22 actors\.a\.parms: there is no such key; did you mean params\?; the keys here are actor, params, description$/,
      ],
      [
        'a key that no queue has',
        'actors: {a: STDOUT}\nwiring:\n- {from: a, to: a, sizes: 3}',
        /^3:20 wiring\[0\]\.sizes: there is no such key; did you mean size\?; the keys here are from, to, kind, size, policy$/,
      ],
      [
        'a module that throws',
        'actors: {a: "${HERE}/throws.mjs#X"}',
        /^1:13 actors\.a: .*throws\.mjs cannot be loaded: not this one$/,
      ],
      ['an empty file', '', /^1:1 : must be a map, not null$/],
      ['a list', '- a', /^1:1 : must be a map, not \["a"\]$/],
      ['no actors', 'name: x', /^1:1 : the key actors is missing$/],
      ['an empty map of actors', 'actors: {}', /^1:1 actors: must not be empty, not \{\}$/],
      ['actors as a list', 'actors: [a]', /^1:1 actors: must be a map, not \["a"\]$/],
      ['a broken text', 'actors: {a: STDOUT', /^1:19 : Flow map .*\}/],
      [
        'a key that is there twice',
        'actors:\n  a: STDOUT\n  a: STDOUT',
        /^3:3 actors: the key a is there twice$/,
      ],
      ['two documents', 'actors: {a: STDOUT}\n---\nactors: {}', /^2:1 : Source contains multiple documents/],
      ['a tag', 'actors: {a: !js STDOUT}', /^1:13 : Unresolved tag: !js/],
      [
        'the word Null',
        'actors: {a: Null}',
        /^1:13 actors\.a: must be a text or a map, not null; the actor of that name is written "Null"$/,
      ],
      [
        'a number of the wrong kind',
        'size: 1.5\nactors: {a: STDOUT}',
        /^1:7 size: must be a whole number, not 1\.5$/,
      ],
      ['a number too small', 'size: 0\nactors: {a: STDOUT}', /^1:7 size: must be at least 1, not 0$/],
      [
        'a restart of the wrong kind',
        'restart: {max: 3, backoff: {min: -1}}\nactors: {a: STDOUT}',
        /^1:34 restart\.backoff\.min: must be at least 0, not -1$/,
      ],
      [
        'a file that is not there',
        'actors: {a: ./gone.js#X}',
        /^1:13 actors\.a: there is no file .*gone\.js$/,
      ],
      [
        'a package that is not there',
        'actors: {a: gone-package#X}',
        /^1:13 actors\.a: there is no package gone-package: install it/,
      ],
      ['no class after #', 'actors: {a: "./x.js#"}', /^1:13 actors\.a: "\.\/x\.js#" names nothing/],
      [
        'a class that is no actor',
        'actors: {a: "${HERE}/actors.ts#notAnActor"}',
        /actors\.a: .*#notAnActor does not extend FlowActor of the troupe/,
      ],
      [
        'a built-in that is no actor',
        'actors: {a: JSONEvent}',
        /^1:13 actors\.a: JSONEvent does not extend FlowActor$/,
      ],
      [
        'a class that others extend',
        'actors: {a: Modifier}',
        /^1:13 actors\.a: there is no built-in Modifier/,
      ],
      ['a name that no actor can have', 'actors: {a/b: STDOUT}', /^1:10 actors\.a\/b: .*slash/],
      [
        'two actors of one name',
        'logActor: {name: a, actor: STDOUT}\nactors: {a: STDOUT}',
        /^1:1 logActor: there is another actor with the name "a"$/,
      ],
      [
        'an option of all actors',
        'actors: {a: {actor: STDOUT, params: {concurrency: 0}}}',
        /^1:51 actors\.a\.params\.concurrency: concurrency must be a whole number from 1 up, not 0$/,
      ],
      [
        'what an actor says of its boxes',
        'actors: {a: "${HERE}/actors.ts#Picky"}',
        /^1:10 actors\.a: the outbox right is not connected$/,
      ],
      [
        'a queue that is there twice',
        'actors: {a: STDOUT, b: STDOUT}\nwiring:\n- a -> b\n- a -> b',
        /^4:3 wiring\[1\]: the queue a\.b -> b\.a is connected twice$/,
      ],
      [
        'events that can not be converted',
        'actors: {a: STDOUT}\nwiring:\n- a ~> default_stdout\n- a !> a',
        /^4:3 wiring\[1\]: the error queue a\.a -> a\.error_a leads back to its own actor/,
      ],
      [
        '$use of nothing',
        'actors: {a: {actor: STDOUT, params: {x: {$use: Evnt}}}}',
        /^1:48 actors\.a\.params\.x\.\$use: there is no built-in Evnt; did you mean Event\?$/,
      ],
      [
        '$use of no name',
        'actors: {a: {actor: STDOUT, params: {x: {$use: 5}}}}',
        /\$use: \$use must be a name, not 5$/,
      ],
      [
        '$use with more',
        'actors: {a: {actor: STDOUT, params: {x: {$use: Event, y: 1}}}}',
        /"y" has no place beside \$use/,
      ],
      [
        '$new of what throws',
        'actors: {a: {actor: STDOUT, params: {x: {$new: EventFilter, params: {valueRegexes: "("}}}}}',
        /\.\$new: EventFilter: valueRegexes: Invalid regular expression/,
      ],
      [
        '$new with args that are no list',
        'actors: {a: {actor: STDOUT, params: {x: {$new: EventFilter, args: 1}}}}',
        /args: the list of all arguments$/,
      ],
      [
        '$new of no class',
        'actors: {a: {actor: STDOUT, params: {x: {$new: "${HERE}/actors.cjs#word"}}}}',
        /\.\$new: .*#word is no class$/,
      ],
      [
        '$file that is not there',
        'actors: {a: {actor: STDOUT, params: {x: {$file: gone.txt}}}}',
        /\.\$file: ENOENT/,
      ],
      [
        'a key that is there twice with spaces',
        'actors: {"a b": STDOUT, "a b": STDOUT}',
        /: the key a b is there twice$/,
      ],
      [
        'a key that is there twice as a number',
        'actors: {1: STDOUT, "1": STDOUT}',
        /^1:21 actors: the key 1 is there twice$/,
      ],
      ['a key that is a list', 'actors: {[a, b]: STDOUT}', /^1:10 actors: a key must be a text$/],
      ['a key within a key', `actors:\n  ${'? '.repeat(80)}a`, /a key must be a text$/],
      ['a key that is nothing', 'actors:\n  ? \n  : STDOUT', /actors: a key must be a text$/],
      ['tabs', 'actors:\n\ta: STDOUT', /^2:1 : Tabs are not allowed/],
      [
        'a date',
        'actors: {a: {actor: "Null", params: {x: !!timestamp 2001-01-01}}}',
        /^1:41 : Unresolved tag/,
      ],
      [
        'words of YAML 1.1',
        '%YAML 1.1\n---\ncopy: yes\nactors: {a: STDOUT}',
        /^3:7 copy: must be true or false, not "yes"$/,
      ],
      [
        'an alias of nothing',
        'actors:\n  a: *gone',
        /^2:6 actors\.a: there is no &gone before it for \*gone$/,
      ],
      [
        'an alias within what it stands for',
        'actors:\n  a:\n    actor: STDOUT\n    params: &p\n      x: [*p]',
        /^5:11 actors\.a\.params\.x\[0\]: \*p is within &p, and so has no end$/,
      ],
      ['a merged text', 'actors:\n  a: {<<: STDOUT}', /^2:7 actors\.a: << takes a map, or a list of maps$/],
      [
        'a fault in a merged map',
        'actors:\n  a: {<<: [{actor: Throttle}, {params: {rate: 0}}]}',
        /^2:47 actors\.a\.params\.rate: rate must be/,
      ],
      [
        'lists without end',
        `actors: {a: {actor: STDOUT, params: {x: ${'['.repeat(200)}${']'.repeat(200)}}}}`,
        /^1:\d+ actors\.a\.params: maps and lists are more than 100 deep within one another$/,
      ],
      [
        'lists that no parser takes',
        `actors: ${'['.repeat(20_000)}`,
        /^1:\d+ : maps and lists are more than 100 deep within one another$/,
      ],
      [
        'a parameter that there is not',
        'actors: {a: {actor: STDOUT, params: {prefx: x}}}',
        /^1:38 actors\.a\.params\.prefx: STDOUT has no parameter prefx; did you mean prefix\?/,
      ],
      [
        'a parameter that a filter has not',
        'actors: {a: {actor: EventRouter, params: {routingFilters: {$new: EventFilter, params: {outboxName: x}}}}}',
        /^1:88 actors\.a\.params\.routingFilters\.params\.outboxName: EventFilter has no parameter outboxName; did you mean outboxNames\?/,
      ],
      [
        'the name of an actor that is always there',
        'actors: {default_stdout: STDOUT}',
        /^1:10 actors\.default_stdout: there is another actor with the name "default_stdout"$/,
      ],
      [
        'a log queue that would make actors wait',
        'actors: {a: STDOUT, b: STDOUT}\nwiring: [{from: a, to: b, kind: log, policy: block}]',
        /^2:10 wiring\[0\]: the policy of a log queue must not be block/,
      ],
      [
        'a queue that is there twice between actors whose names begin alike',
        'actors: {a: STDOUT, a b: STDOUT, a.b: STDOUT}\nwiring:\n- a b.x -> a.xy\n- a b.x -> a.xy\n- a.b.x -> a.x',
        /^4:3 wiring\[1\]: the queue a b\.x -> a\.xy is connected twice$/,
      ],
      [
        'a template that is none',
        'actors: {a: {actor: EventTemplate, params: {template: "{{"}}}',
        /^1:55 actors\.a\.params\.template: "\{\{" is no place/,
      ],
      ['a stop that takes for ever', 'stopTimeout: .inf\nactors: {a: STDOUT}', /^1:14 stopTimeout: .*finite/],
      [
        'a window of no time',
        'restart: {within: 0}\nactors: {a: STDOUT}',
        /^1:19 restart\.within: within must be more than 0/,
      ],
      [
        'an address that is none',
        'node: {address: nowhere}\nactors: {a: STDOUT}',
        /^1:17 node\.address: "nowhere" is no node address/,
      ],
      [
        'an advertised address that is none',
        'node: {advertise: nowhere}\nactors: {a: STDOUT}',
        /^1:19 node\.advertise: "nowhere" is no node address/,
      ],
      [
        'an address for everybody',
        'node: {address: "0.0.0.0:0"}\nactors: {a: STDOUT}',
        /^1:17 node\.address: 0\.0\.0\.0:0 is not loopback/,
      ],
      [
        'a relay that is none',
        'node: {remoting: {relays: [nowhere]}}\nactors: {a: STDOUT}',
        /^1:19 node\.remoting\.relays: remoting: relays must be a list of host:port/,
      ],
      [
        'what remoting can not do together',
        'node: {remoting: {heartbeatInterval: 5000}}\nactors: {a: STDOUT}',
        /^1:8 node\.remoting: remoting: maxSilence \(3000\) must be longer than heartbeatInterval \(5000\)/,
      ],
      [
        'a key file that is not there',
        'node: {address: "0.0.0.0:0", remoting: {curve: gone.json}}\nactors: {a: STDOUT}',
        /^1:48 node\.remoting\.curve: the key file can't be read: ENOENT/,
      ],
      ['a folder', 'actors: {a: "./#X"}', /^1:13 actors\.a: .* is a folder: name a module in it$/],
      [
        'what Node.js has itself',
        'actors: {a: "fs#Stats"}',
        /^1:13 actors\.a: fs#Stats does not extend FlowActor/,
      ],
      [
        '$new of what is no class',
        'actors: {a: {actor: STDOUT, params: {x: {$new: "${HERE}/actors.ts#twice"}}}}',
        /\.\$new: .*#twice is no class$/,
      ],
      [
        '$new with params that are a list',
        'actors: {a: {actor: STDOUT, params: {x: {$new: EventFilter, params: [1]}}}}',
        /\.\$new: beside \$new, give params: an object; or args/,
      ],
      [
        '$new of what lacks an argument, once',
        'actors: {a: {actor: STDOUT, params: {x: {$new: XPath, args: [{$file: gone}]}}}}',
        /^1:70 actors\.a\.params\.x\.args\[0\]\.\$file: ENOENT/,
      ],
      [
        'a variable deep inside',
        'actors:\n  a:\n    actor: STDOUT\n    params:\n      list: [1, "${GONE}"]',
        /^5:17 actors\.a\.params\.list\[1\]: the environment variable GONE is not set/,
      ],
    ];
    for (const [what, yaml, fault] of cases) {
      it(`is told: ${what}`, async () => {
        const faults = await faultsOf(yaml);
        assert.lengthOf(faults, 1, faults.join('\n'));
        assert.match(faults[0] as string, fault);
      });
    }

    it('does not tell secrets', async () => {
      const env = { API_TOKEN: 't0p-s3cret', SIZE: 'huge' };
      const yaml = 'size: ${SIZE}\nactors: {a: {actor: Throttle, params: {rate: "${API_TOKEN}"}}}';
      assert.deepEqual(await faultsOf(yaml, { env }), [
        '1:7 size: must be a whole number, not "huge"',
        '2:46 actors.a.params.rate: rate must be a whole number from 1 up, not "${API_TOKEN}"',
      ]);
    });

    it('is told of bytes that are no text', async () => {
      for (const bytes of [Buffer.from('\uFEFFactors: {a: STDOUT}', 'utf16le'), Buffer.from([0xe4])])
        assert.deepEqual(await faultsOf(bytes), ['1:1 : the file is no text in UTF-8']);
    });

    it('has the file in its message, a line for each', async () => {
      const file = join(fixtures, 'bad.yaml');
      const error = await loadFlow(file, { env: {} }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.instanceOf(error, FlowFileError);
      assert.equal(
        (error as FlowFileError).message,
        `${file}:2:6 actors.a: there is no built-in STDOT; did you mean STDOUT?\n${file}:4:5 wiring[0]: there is no actor "nobody"`,
      );
    });

    it('is no secret: aliases that stand for more than anybody writes', async () => {
      const lists = Array.from(
        { length: 9 },
        (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`,
      );
      const [fault] = await faultsOf(`l0: &l0 [x]\n${lists.join('\n')}\n`);
      assert.match(fault as string, /^1:1 : Excessive alias count/);
    });
  });

  it('throws what the options of the caller are worth', async () => {
    const error = await flowOf('{size: 5, actors: {a: STDOUT}}', { director: { size: 0 } }).catch(
      (thrown: unknown) => thrown,
    );
    assert.instanceOf(error, TypeError);
  });

  it('throws what reading the file throws', async () => {
    const error = await loadFlow('/nowhere/flow.yaml').catch((thrown: unknown) => thrown);
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
  });
});
