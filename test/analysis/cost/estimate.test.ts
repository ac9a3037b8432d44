import { CfnInstance, CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { App, Stack } from 'aws-cdk-lib/core';
import { estimate } from '../../../analysis/cost/estimate';
import { costMarkdown } from '../../../analysis/cost/markdown';
import type { CostRecord } from '../../../analysis/cost/record';
import { costText, outside } from '../../../analysis/cost/text';
import { looksIn } from '../../../analysis/cost/turn-work';
import { readDirectory } from '../../../analysis/model/read-directory';
import { assemblyOf, type StackData } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { type CostAssumptions, MonthlyCostEstimate } from '../../../lib';
import { waitAfter } from '../../../runtime/turn-handlers/check-turn/back-off';
import { handWritten, type Resources } from '../statement/hand-written';
import { turnApp } from '../../lib/cost/turn-app';

function estimated(Resources: Resources, given: CostAssumptions = {}, template: object = {}): CostRecord {
  const stack = { id: 'Hand', stackName: 'Hand', region: 'us-east-1', template: { Resources, ...template } };
  return estimate(modelOf([stack]), given);
}

const modelOf = (stacks: readonly StackData[]) => new TemplateModel(assemblyOf(stacks));

const endpoint = (SubnetIds: unknown) => ({
  Type: 'AWS::EC2::VPCEndpoint',
  Properties: { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.logs', SubnetIds },
});
const quantities = ({ idle }: CostRecord) => Object.fromEntries(idle.map(({ unit, quantity }) => [unit, quantity]));

describe('what is due when nobody uses it', () => {
  test('known quantities give exactly known sums', () => {
    const record = estimated({
      Logs: endpoint(['a', 'b', 'c']), // 3 × 730 h × $0.01
      Gateway: { Type: 'AWS::EC2::VPCEndpoint', Properties: { ServiceName: 's3' } }, // nothing
      Nat: { Type: 'AWS::EC2::NatGateway', Properties: {} }, // 730 h × $0.045
      Address: { Type: 'AWS::EC2::EIP', Properties: {} }, // 730 h × $0.005
      Domains: {
        Type: 'AWS::Route53Resolver::FirewallDomainList',
        Properties: { Domains: ['a.example', 'b.example'] },
      },
      Key: { Type: 'AWS::KMS::Key', Properties: {} },
      Replica: { Type: 'AWS::KMS::ReplicaKey', Properties: {} },
      Plain: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'm', Period: 300 } },
      Fast: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'm', Period: '10' } },
      Math: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          Metrics: [
            { Id: 'e', Expression: 'a/b' },
            { Id: 'a', MetricStat: { Period: 60 } },
            { Id: 'b', MetricStat: { Period: 60 } },
          ],
        },
      },
      Silent: { Type: 'AWS::Logs::MetricFilter', Properties: { MetricTransformations: [{ MetricValue: '1' }] } },
      Always: {
        Type: 'AWS::Logs::MetricFilter',
        Properties: { MetricTransformations: [{ MetricValue: '1', DefaultValue: 0 }] },
      },
      Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 } },
      },
      OnDemand: { Type: 'AWS::DynamoDB::Table', Properties: { BillingMode: 'PAY_PER_REQUEST' } },
      Nightly: { Type: 'AWS::Scheduler::Schedule', Properties: { ScheduleExpression: 'rate(12 hours)' } },
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
    });
    const network = 730 * (3 * 0.01 + 0.045 + 0.005) + 2 * 0.0005;
    const alarms = 0.1 + 0.3 + 2 * 0.1 + 0.3;
    const table = 730 * (5 * 0.00013 + 2 * 0.00065);
    const schedule = ((2 * 365) / 12) * 1e-6;
    expect(record.idleUsdPerMonth).toBeCloseTo(network + 2 + alarms + 0.4 + table + schedule, 10);
    expect(record.unpriced).toEqual([]);
    expect(record.totalUsdPerMonth).toBe(record.idleUsdPerMonth);
  });

  test('endpoints are counted per zone through lists, conditions and split texts', () => {
    const decided = { Conditions: { Small: { 'Fn::Equals': ['yes', 'no'] } } };
    const list = { 'Fn::If': ['Small', ['a'], ['a', { 'Fn::If': ['Small', 'b', { Ref: 'AWS::NoValue' }] }, 'c']] };
    expect(quantities(estimated({ Logs: endpoint(list) }, {}, decided))).toEqual({
      'interface endpoint in one Availability Zone': 2,
    });
    expect(
      quantities(estimated({ Logs: endpoint({ 'Fn::Split': [',', 'a,b,c,d'] }) }))[
        'interface endpoint in one Availability Zone'
      ],
    ).toBe(4);
  });

  test('a number that the deployment decides is named and never counted as nothing', () => {
    const record = estimated(
      { Logs: endpoint({ Ref: 'Subnets' }) },
      {},
      { Parameters: { Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' } } },
    );
    expect(record.idle).toEqual([]);
    expect(costText(record)).toMatch(/Hand#Logs .*how many zones it stands in is decided at deployment/);
    const undecided = estimated(
      { Key: { Type: 'AWS::KMS::Key', Condition: 'Own', Properties: {} } as Resources[string] },
      {},
      { Parameters: { Own: { Type: 'String' } }, Conditions: { Own: { 'Fn::Equals': [{ Ref: 'Own' }, 'yes'] } } },
    );
    expect(undecided.idleUsdPerMonth).toBe(1);
    expect(outside(undecided)).toContainEqual(expect.stringMatching(/condition Hand: Own: .*counted as if it held/));
  });

  test('a price that is not documented is shown as such, in every form, and is in no sum', () => {
    const record = estimated({ Either: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: {} } });
    expect(record.idleUsdPerMonth).toBe(0);
    expect(record.idle).toEqual([expect.not.objectContaining({ usd: expect.anything() })]);
    expect(costText(record)).toMatch(/not documented {2}1 × composite alarm/);
    expect(costMarkdown(record)).toMatch(/1 × composite alarm \| not documented \| not documented/);
    expect(outside(record)).toContain('composite alarm: the price is not documented');
  });

  test('a resource without a known price is named with its type and number', () => {
    const instance = { Type: 'AWS::EC2::Instance', Properties: {} };
    const record = estimated({ One: instance, Two: instance });
    expect(record.unpriced).toEqual([{ what: '2 × AWS::EC2::Instance', why: 'this estimate knows no price of it' }]);
  });
});

describe('what a turn costs', () => {
  test('known tokens, minutes and memory give exactly known sums, and the total holds the turns', () => {
    const record = estimated(handWritten(), {
      turnsPerMonth: 1000,
      inputTokensPerTurn: 1_000_000,
      cachedShare: 0.75,
      outputTokensPerTurn: 100_000,
      minutesPerTurn: 45,
      averageVcpu: 2,
      memoryGigabytes: 4,
    });
    const [turn] = record.turns;
    const usd = (unit: RegExp) => turn.entries.filter((entry) => unit.test(entry.unit)).map((entry) => entry.usd);
    expect(turn.model).toBe('openai.gpt-5.6-luna');
    expect(usd(/^input token/)).toEqual([0.055]); // 250,000 × $0.22 per million
    expect(usd(/^cached input token/)).toEqual([0.0165]); // 750,000 × $0.022 per million
    expect(usd(/^output token/)).toEqual([0.132]); // 100,000 × $1.32 per million
    expect(usd(/^vCPU-hour/)).toEqual([0.13425]); // 2 × 0.75 h × $0.0895
    expect(usd(/^GB-hour/)).toEqual([0.0378]); // 4 × (45 + 15 idle minutes of the template) × $0.00945
    expect(usd(/^fee of Bedrock Managed Agents/)).toEqual([undefined]);
    expect(record.totalUsdPerMonth).toBeCloseTo(record.idleUsdPerMonth + 1000 * turn.usd, 8);
  });

  test('cache writes and long requests cost what they are multiplied by', () => {
    const entries = estimated(handWritten(), {
      inputTokensPerTurn: 1_000_000,
      outputTokensPerTurn: 100_000,
      cachedShare: 0.5,
      cacheWriteShare: 0.2,
      longRequestShare: 0.25,
    }).turns[0].entries.filter(({ group }) => group === 'model');
    expect(
      Object.fromEntries(entries.map(({ unit, usd }) => [unit.replace(/ token.*/, ''), Number(usd!.toFixed(6))])),
    ).toEqual({
      input: 0.066, // 400,000 × 3/4 × $0.22 per million
      'input (long request)': 0.044, // 400,000 × 1/4 × twice that
      'cache-write input': 0.020625, // 100,000 × 3/4 × 1.25 × $0.22 per million
      'cache-write input (long request)': 0.01375,
      'cached input': 0.00825, // 500,000 × 3/4 × $0.022 per million
      'cached input (long request)': 0.0055,
      output: 0.099, // 100,000 × 3/4 × $1.32 per million
      'output (long request)': 0.0495, // × 1.5
    });
  });

  test('the tokens of a model whose price is not documented, or that is not known, are in no sum', () => {
    const record = (model: unknown) => {
      const resources = handWritten();
      const [inference] = resources.SessionRole.Properties.Policies[0].PolicyDocument.Statement;
      inference.Condition.StringEquals['bedrock-mantle:Model'] = model;
      return estimated(resources);
    };
    for (const model of ['openai.gpt-9-luna', ['openai.gpt-5.5', 'openai.gpt-5.4']]) {
      const tokens = record(model).turns[0].entries.filter(({ group }) => group === 'model');
      expect(tokens.map(({ usd }) => usd)).toEqual([undefined, undefined]);
    }
    expect(outside(record('openai.gpt-9-luna'))).toContain(
      'input token of openai.gpt-9-luna: the price is not documented',
    );
  });

  test.each([1, 60, 600, 3600, 28_800])(
    'a turn of %d seconds is looked at as often as the function does',
    (seconds) => {
      let [time, looks] = [0, 0];
      do {
        time += waitAfter(looks) + 10;
        looks += 1;
      } while (time < seconds);
      expect(looksIn(seconds, 10)).toBe(looks);
    },
  );
});

describe('the workflow of a turn', () => {
  const assembly = readDirectory(turnApp().app.synth().directory);
  const estimateOf = (change: (json: string) => string) => {
    const stacks = assembly.stacks.map((stack) => ({
      ...stack,
      template: JSON.parse(change(JSON.stringify(stack.template))),
    }));
    return estimate(new TemplateModel({ ...assembly, stacks }));
  };
  const workflowOf = ({ turns: [turn] }: CostRecord) => turn.entries.filter(({ group }) => group === 'workflow');
  const unchanged = estimateOf((json) => json);

  test('is known by what its states call, whatever they are called', () => {
    const names = /\\"(?:PrepareTurn|OpenSession|SubmitTurn|CheckTurn|CollectEvidence|DeliverOutput)\\"/g;
    const renamed = estimateOf((json) => json.replace(names, (name) => name.replace('\\"', '\\"Other')));
    expect(JSON.stringify(unchanged)).not.toContain('Other');
    expect(workflowOf(renamed).map(({ unit }) => unit)).toContain('Step Functions state transition');
    expect(renamed).toEqual(unchanged);
  });

  test.each([
    [
      'cannot be read',
      /"DefinitionString":\{"Fn::Join":\["",\[/g,
      '"DefinitionString":{"Fn::Join":["",["{",',
      /cannot be read/,
    ],
    [
      'calls what has no price here',
      /states:::aws-sdk:ssm:getParameter/g,
      'states:::aws-sdk:bedrockruntime:invokeModel',
      /no price of 1 × bedrockruntime:invokeModel/,
    ],
    [
      'does not ask for the end of a turn',
      /bedrock-mantle:ListAgentSessionEvents/g,
      'bedrock-mantle:GetAgentSession',
      /no step of .* is known to ask for the end of a turn/,
    ],
  ])('that %s is named under what the sums do not hold', (_what, pattern, replacement, message) => {
    expect(outside(unchanged).join('\n')).not.toMatch(message);
    expect(outside(estimateOf((json) => json.replace(pattern, replacement))).join('\n')).toMatch(message);
  });

  test('that a function replaces is named, because its work is in no template', () => {
    expect(outside(estimated(handWritten())).join('\n')).toMatch(
      /what Hand#Starter runs for a turn is not in the templates/,
    );
  });
});

describe('an app of this library', () => {
  const scene = turnApp();
  const [added] = scene.networkStack.node
    .findAll()
    .filter((node) => node instanceof CfnVPCEndpoint && node.subnetIds?.length) as CfnVPCEndpoint[];
  added.addPropertyOverride('SubnetIds', ['subnet-1', 'subnet-2', 'subnet-3']);
  new CfnInstance(scene.stack, 'Bastion', {});
  const before = () => MonthlyCostEstimate.of(scene.app);

  test('is estimated only once it has been synthesized', () => {
    expect(before).toThrow(/call app\.synth\(\) first/);
  });

  test('is counted as it is deployed: overrides, everything added, the workflow with its functions and guardrail', () => {
    const directory = scene.app.synth().directory;
    const all = MonthlyCostEstimate.of(scene.app);
    const quantity = (unit: string) => all.idle.find((line) => line.unit === unit)?.quantity;
    expect(quantity('interface endpoint in one Availability Zone')).toBe(9); // 4 in 2 zones, one of them overridden to 3
    expect(all.notIncluded).toContain('1 × AWS::EC2::Instance: this estimate knows no price of it');

    const [turn] = all.turns;
    const line = (start: string) => turn.lines.find(({ unit }) => unit.startsWith(start))!;
    expect(turn.modelId).toBe('openai.gpt-5.6-luna');
    // The policies of the standard guardrail, for 4 text units of the prompt and 4 of the answer.
    expect(line('1,000 characters screened by content filters').quantity).toBe(8);
    expect(turn.lines.filter(({ unit }) => unit.includes('denied topics'))).toEqual([]);
    expect(line('custom event').quantity).toBe(2); // started and outcome
    const machine = scene.workflow.node.findAll().filter((node) => node instanceof CfnFunction);
    expect(line('Lambda request').quantity).toBeGreaterThan(machine.length);
    expect(line('Step Functions state transition').quantity).toBeGreaterThan(3 * looksIn(600, 10));

    expect(MonthlyCostEstimate.fromAssembly(directory).asJson()).toBe(all.asJson());
    expect(all.asText()).not.toMatch(/undefined|NaN|\$\{/);
    expect(all.asMarkdown()).not.toMatch(/undefined|NaN/);
  });

  test('a stack alone holds what stands in it, and knows what the other stacks tell about it', () => {
    const agent = MonthlyCostEstimate.of(scene.stack);
    const network = MonthlyCostEstimate.of(scene.networkStack);
    expect(agent.idle.some(({ group }) => group === 'network')).toBe(false);
    expect(agent.turns.map(({ modelId }) => modelId)).toEqual(['openai.gpt-5.6-luna']);
    expect(network.turns).toEqual([]);
    expect(agent.idleUsdPerMonth + network.idleUsdPerMonth).toBeCloseTo(before().idleUsdPerMonth, 8);
  });
});

test.each<[CostAssumptions, RegExp]>([
  [{ turnsPerMonth: -1 }, /turnsPerMonth -1 is not accepted/],
  [{ cachedShare: 75 }, /cachedShare 75 is not accepted\. Allowed: a number from 0 to 1/],
  [{ minutesPerTurn: NaN }, /minutesPerTurn/],
])('an assumption that cannot be is refused: %j', (given, message) => {
  const app = new App();
  new Stack(app, 'Empty');
  app.synth();
  expect(() => MonthlyCostEstimate.of(app, given)).toThrow(message);
});
