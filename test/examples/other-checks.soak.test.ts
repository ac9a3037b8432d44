import * as fs from 'fs';
import * as path from 'path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { App, Stack, Validations, type IPolicyValidationPlugin } from 'aws-cdk-lib/core';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { Preflight } from 'cdk-preflight';
import { EXAMPLES } from '../../examples';
import { stageAssets } from '../staged-assets';

stageAssets();

// A second opinion: rules that others verified by deploying, and the proactive controls of AWS Control Tower.

interface Violation {
  readonly ruleName: string;
  readonly violatingConstructs?: { readonly constructPath?: string }[];
}

/** Rules that the finished app violates, with the constructs. */
function violations(app: App): string[] {
  try {
    app.synth();
  } catch {
    // The report says why.
  }
  const file = path.join(app.outdir, 'validation-report.json');
  if (!fs.existsSync(file)) return [];
  const { pluginReports } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    pluginReports: { violations: Violation[] }[];
  };
  return pluginReports.flatMap((report) =>
    report.violations.flatMap(({ ruleName, violatingConstructs = [] }) =>
      violatingConstructs.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
    ),
  );
}

let validation: string | undefined;
beforeAll(() => {
  validation = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
});
afterAll(() => (process.env.CDK_VALIDATION = validation));

function example(add: (typeof EXAMPLES)[number]['add']): App {
  const app = new App();
  add(app, { account: '111122223333', region: 'us-east-1' });
  return app;
}

describe('rules that were verified by deploying (cdk-preflight)', () => {
  test.each(EXAMPLES)('find nothing in $name', ({ add }) => {
    const app = example(add);
    Preflight.apply(app);
    expect(violations(app)).toEqual([]);
  });

  test('find a template that cannot be deployed', () => {
    const app = new App();
    const document = { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'no-arn' }] };
    new CfnRole(new Stack(app, 'Stack'), 'Role', {
      assumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
      },
      policies: [{ policyName: 'Read', policyDocument: document }],
    });
    Preflight.apply(app);
    expect(violations(app)).toContain('pf-iam-policy-resource-format Stack/Role');
  });
});

describe('proactive controls of AWS Control Tower', () => {
  /** What is left, and why: docs/security-checks.md. */
  const LEFT = new Set([
    'lambda_inside_vpc_check',
    's3_bucket_logging_enabled_check',
    's3_bucket_object_lock_enabled_check',
    's3_event_notifications_enabled_check',
    's3_lifecycle_policy_check',
    's3_version_lifecycle_policy_check',
    'sqs_dlq_check',
  ]);

  test.each(EXAMPLES)('report nothing in $name but what the docs explain', ({ add }) => {
    const app = example(add);
    const plugin = new CfnGuardValidator({ controlTowerRulesEnabled: true }) as unknown as IPolicyValidationPlugin;
    Validations.of(app).addPlugins(plugin);
    const found = violations(app);
    expect(found).not.toEqual([]);
    expect(found.filter((each) => !LEFT.has(each.split(' ')[0]))).toEqual([]);
    // Only the buckets that an example makes itself have no lifecycle.
    const lifecycles = found.filter((each) => /lifecycle/.test(each));
    expect(lifecycles.filter((each) => !/\/(Sources|Bundles)\//.test(each))).toEqual([]);
  });
});
