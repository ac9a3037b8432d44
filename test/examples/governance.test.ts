import * as fs from 'fs';
import * as path from 'path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, CfnResource, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { EXAMPLES } from '../../examples';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentKey,
  AgentModel,
  AgentNetwork,
  ManagedAgent,
  ManagedAgentChecks,
} from '../../lib';

const ENV = { account: '111122223333', region: 'us-east-1' };
const CONTEXT = JSON.parse(fs.readFileSync(path.join(__dirname, '../../cdk.json'), 'utf8')).context as object;

/** An app as `npx cdk synth` runs it: with the flags of cdk.json, where findings of the validation are errors. */
function appWithFlags(): App {
  return new App({ context: CONTEXT });
}

/** The rest of the suite runs without the built-in validation (test/setup-env.js); here it must be on. */
function withValidation<T>(run: () => T): T {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    return run();
  } finally {
    process.env.CDK_VALIDATION = before;
  }
}

test('the built-in CloudFormation validation is on in this suite: a bad template fails', () => {
  const app = appWithFlags();
  new CfnResource(new Stack(app, 'Bad', { env: ENV }), 'Runtime', {
    type: 'AWS::BedrockAgentCore::Runtime',
    properties: { NoSuchProperty: 1 },
  });
  expect(() => withValidation(() => app.synth())).toThrow(/NoSuchProperty: Additional properties are not allowed/);
});

describe.each(EXAMPLES)('$name', ({ add }) => {
  // One app for all of them, as a user would check it: making it takes longer than any check of it.
  test('the CloudFormation validation and the packs find nothing unreviewed, for at most 10 reasons', () => {
    const app = appWithFlags();
    add(app, ENV);
    const packs = [AwsSolutionsChecks, NIST80053R5Checks, HIPAASecurityChecks, PCIDSS321Checks];
    Validations.of(app).addPlugins(new ManagedAgentChecks(app), ...packs.map((Pack) => new Pack(app)));
    const { directory } = withValidation(() => app.synth());
    const report = JSON.parse(fs.readFileSync(path.join(directory, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports).toHaveLength(packs.length);
    for (const pack of report.pluginReports) {
      expect([pack.pluginName, pack.violations]).toEqual([pack.pluginName, []]);
    }
    const reviewed = report.pluginReports.flatMap((pack: any) => pack.suppressedViolations) as {
      ruleName: string;
      reason: string;
    }[];
    // A wildcard is reviewed where it is granted, one by one: those of the library are not decisions of the example.
    const decisions = reviewed.filter(({ ruleName }) => !ruleName.startsWith('AwsSolutions-IAM5'));
    const reasons = new Set(decisions.map(({ reason }) => reason));
    console.log(`${reviewed.length} reviewed findings, ${reasons.size} distinct reasons`);
    expect(reviewed.every(({ reason }) => reason.length > 20)).toBe(true);
    expect(reasons.size).toBeLessThanOrEqual(10);
  });

  test('the pack of this library finds nothing in it for no account', () => {
    const app = appWithFlags();
    add(app, { region: 'us-east-1' });
    Validations.of(app).addPlugins(new ManagedAgentChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

test('every folder of examples/ is in the list', () => {
  const folders = fs
    .readdirSync(path.join(__dirname, '../../examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(EXAMPLES.map(({ name }) => name).sort()).toEqual(folders.sort());
});

describe('resource economy', () => {
  function stackOf(agents: number): Stack {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const encryptionKey = new AgentKey(stack, 'Key');
    const network = new AgentNetwork(stack, 'Network', { encryptionKey });
    const auditTrail = new AgentAuditTrail(stack, 'Audit', { encryptionKey });
    const baseline = new AgentBaseline(stack, 'Baseline', { network, dataKey: encryptionKey, auditTrail });
    for (let i = 0; i < agents; i += 1) {
      new ManagedAgent(stack, `Agent${i}`, { model: AgentModel.GPT_5_6_LUNA, instructions: 'Review.', baseline });
    }
    return stack;
  }
  const count = (stack: Stack) => Object.keys(Template.fromStack(stack).toJSON().Resources).length;

  test('agent, network and audit stay under 120 resources; each further agent adds at most 25', () => {
    const counts = [0, 1, 2, 3].map((agents) => count(stackOf(agents)));
    console.log(
      `network + audit + key: ${counts[0]} resources; with one agent: ${counts[1]}; with two: ${counts[2]}; with three: ${counts[3]}`,
    );
    expect(counts[1]).toBeLessThan(120);
    expect(counts[2] - counts[1]).toBeLessThanOrEqual(25);
    expect(counts[3] - counts[2]).toBeLessThanOrEqual(25);
  });
});
