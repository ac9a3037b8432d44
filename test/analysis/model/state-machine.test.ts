import { longestPath, walkPaths } from '../../../analysis/model/machine-paths';
import { printed } from '../../../analysis/model/printed-text';
import { calleesOf, dynamicArguments } from '../../../analysis/model/state-call';
import { type StateMachine, stateMachines, statesOf } from '../../../analysis/model/state-machine';
import type { TemplateModel } from '../../../analysis/model/template-model';
import { modelOf } from './read-one';

const FUNCTION = { F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f' } } };

function machines(properties: object, template: object = {}): { model: TemplateModel; found: readonly StateMachine[] } {
  const { Resources = {}, ...rest } = template as { Resources?: object };
  const model = modelOf({
    ...rest,
    Resources: { ...FUNCTION, ...Resources, M: { Type: 'AWS::StepFunctions::StateMachine', Properties: properties } },
  });
  return { model, found: stateMachines(model) };
}

const task = (state: object) => ({ StartAt: 'A', States: { A: { Type: 'Task', End: true, ...state } } });

function calls(state: object) {
  const { model, found } = machines({ Definition: task(state) });
  const [{ call }] = statesOf(found[0].flow!);
  return {
    api: call!.api,
    waits: call!.waits,
    callees: calleesOf(model, call!).map(
      ({ resource, argument, suffix }) => `${argument} ${resource.logicalId}${printed(suffix)}`,
    ),
    dynamic: dynamicArguments(call!),
  };
}

test.each<[string, object, string, string, string[]]>([
  [
    'an optimized integration',
    { Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: { 'Fn::GetAtt': ['F', 'Arn'] } } },
    'lambda:invoke',
    'response',
    ['FunctionName F'],
  ],
  [
    'a function by name',
    { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Parameters: { FunctionName: 'f' } },
    'lambda:invoke',
    'task token',
    ['FunctionName F'],
  ],
  [
    'a function by ARN with an alias',
    { Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: { 'Fn::Sub': '${F.Arn}:live' } } },
    'lambda:invoke',
    'response',
    ['FunctionName F:live'],
  ],
  ['a function as resource', { Resource: { 'Fn::GetAtt': ['F', 'Arn'] } }, 'lambda:invoke', 'response', ['Resource F']],
  [
    'an SDK integration',
    { Resource: 'arn:aws:states:::aws-sdk:bedrockruntime:applyGuardrail', Parameters: {} },
    'bedrockruntime:applyGuardrail',
    'response',
    [],
  ],
  [
    'another machine',
    { Resource: 'arn:aws:states:::states:startExecution.sync:2', Parameters: { StateMachineArn: { Ref: 'M' } } },
    'states:startExecution',
    'end',
    ['StateMachineArn M'],
  ],
  [
    'another machine by the SDK',
    { Resource: 'arn:aws:states:::aws-sdk:sfn:startExecution', Parameters: { StateMachineArn: { Ref: 'M' } } },
    'states:startExecution',
    'response',
    ['StateMachineArn M'],
  ],
  [
    'an HTTP call',
    { Resource: 'arn:aws:states:::http:invoke', Parameters: { ApiEndpoint: 'https://example.com' } },
    'http:invoke',
    'response',
    [],
  ],
  ['an activity', { Resource: 'arn:aws:states:us-east-1:111122223333:activity:x' }, 'states:activity', 'response', []],
  ['what can not be read', { Resource: { Ref: 'Nobody' } }, 'unknown', 'response', []],
])('%s is a call', (_name, state, api, waits, callees) => {
  expect(calls(state)).toEqual({ api, waits, callees, dynamic: [] });
});

test.each([
  ['JSONPath', { Resource: 'arn:aws:states:::lambda:invoke', Parameters: { 'FunctionName.$': '$.f' } }],
  [
    'JSONata',
    {
      QueryLanguage: 'JSONata',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: '{% $states.input.f %}' },
    },
  ],
])('a function that the input chooses is a dynamic argument in %s', (_language, state) => {
  expect(calls(state)).toMatchObject({ callees: [], dynamic: ['FunctionName'] });
});

test.each<[string, object]>([
  ['DefinitionString', { DefinitionString: JSON.stringify(task({ Resource: 'r', TimeoutSeconds: 5 })) }],
  [
    'DefinitionString by Join',
    {
      DefinitionString: {
        'Fn::Join': [
          '',
          ['{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"', { Ref: 'AWS::Region' }, '"}}}'],
        ],
      },
    },
  ],
  ['Definition', { Definition: task({ Resource: 'r' }) }],
  ['Definition as text', { Definition: JSON.stringify(task({ Resource: 'r' })) }],
])('states are read from %s', (_name, properties) => {
  const { found } = machines(properties);
  expect(statesOf(found[0].flow!).map(({ name, type, ends }) => [name, type, ends])).toEqual([['A', 'Task', true]]);
});

test.each([
  ['a text', { DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${Fn}","End":true}}}' }],
  ['an object', { Definition: task({ Resource: '${Fn}' }) }],
])('substitutions are put into %s', (_name, properties) => {
  const { model, found } = machines({ ...properties, DefinitionSubstitutions: { Fn: { 'Fn::GetAtt': ['F', 'Arn'] } } });
  const [{ call }] = statesOf(found[0].flow!);
  expect(calleesOf(model, call!).map(({ resource }) => resource.logicalId)).toEqual(['F']);
});

test('a definition that depends on a condition is one machine for each value', () => {
  const { found } = machines(
    {
      DefinitionString: {
        'Fn::If': ['Prod', JSON.stringify(task({ Resource: 'p' })), JSON.stringify(task({ Resource: 'd' }))],
      },
    },
    { Parameters: { Stage: { Type: 'String' } }, Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } } },
  );
  expect(
    found.map(({ guard, flow }) => [guard.example(), printed(statesOf(flow!)[0].call!.resource[0].value)]),
  ).toEqual([
    ['Stage = prod', 'p'],
    ['Stage is not prod', 'd'],
  ]);
});

test.each<[string, object, string]>([
  ['in Amazon S3', { DefinitionS3Location: { Bucket: 'b', Key: 'k' } }, 'outside the assembly'],
  ['that is a parameter', { DefinitionString: { Ref: 'P' } }, 'parameter without a known value'],
  ['that is not JSON', { DefinitionString: 'x' }, 'malformed'],
])('a definition %s can not be read', (_name, properties, reason) => {
  const { found } = machines(properties, { Parameters: { P: { Type: 'String' } } });
  expect(found.map(({ flow, unreadable }) => [flow, unreadable?.reason])).toEqual([[undefined, reason]]);
});

test('states inside of Parallel and Map are states, in the language of the machine', () => {
  const inner = task({ Resource: 'r' });
  const { found } = machines({
    Definition: {
      QueryLanguage: 'JSONata',
      StartAt: 'P',
      States: {
        P: { Type: 'Parallel', Branches: [inner, inner], Next: 'M' },
        M: { Type: 'Map', ItemProcessor: inner, End: true },
      },
    },
  });
  expect(statesOf(found[0].flow!).map(({ name, language }) => `${name} ${language}`)).toEqual([
    'P JSONata',
    'A JSONata',
    'A JSONata',
    'M JSONata',
    'A JSONata',
  ]);
  expect(longestPath(found[0].flow!)).toMatchObject({ transitions: 5 });
});

test('what a Map does for its items is not done when there are none', () => {
  const { found } = machines({
    Definition: {
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'Screen', States: { Screen: { Type: 'Pass', End: true } } },
          Next: 'Use',
        },
        Use: { Type: 'Pass', End: true },
      },
    },
  });
  const seen: string[] = [];
  walkPaths(
    found[0].flow!,
    ({ name }) => name === 'Screen',
    ({ name }, settled) => seen.push(`${name} ${settled}`),
  );
  expect(seen).toEqual(['M false', 'Screen false', 'Use false']);
});

test.each<[string, object]>([
  ['no states', {}],
  ['null states', { StartAt: 'A', States: { A: null } }],
  ['a state that follows itself', { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } }],
  [
    'states with names of every object',
    { StartAt: 'constructor', States: { toString: { Type: 'Pass', Next: '__proto__' } } },
  ],
  ['lists for values', { StartAt: ['A'], States: { A: { Type: ['Task'], Next: {}, Choices: 'x', Catch: 5 } } }],
])('a definition with %s is read without an error', (_name, definition) => {
  const { found } = machines({ Definition: definition });
  expect(found[0].flow === undefined || longestPath(found[0].flow).transitions >= 0).toBe(true);
});
