import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { type App, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentGuardrail,
  AgentModel,
  AgentNetwork,
  ManagedAgent,
  TurnWorkflow,
} from 'cdk-bedrock-managed-agents';

const isTrail = (construct: IConstruct): construct is AgentAuditTrail => construct instanceof AgentAuditTrail;

/**
 * Variables that the snippets of the documentation use without defining them, because a reader of the page already has
 * them. Each is created with the defaults of the library when a snippet uses it.
 */
export class Surroundings {
  private readonly made = new Map<string, unknown>();

  constructor(readonly stack: Stack) {}

  /** An app with an agent. */
  get app(): App {
    void this.agent;
    return this.root;
  }
  private get root(): App {
    return this.stack.node.root as App;
  }
  /** A stack of an existing app that is unrelated to agents. */
  get legacyStack() {
    return this.once('legacyStack', () => {
      const legacy = new Stack(this.root, 'Legacy', { env: { region: this.stack.region } });
      legacy.addTransform('CompanyMacro');
      new sns.CfnTopic(legacy, 'Orders');
      return legacy;
    });
  }

  get auditTrail() {
    return this.once(
      'auditTrail',
      // An account has only one. If the snippet has one, that is used.
      () => this.root.node.findAll().find(isTrail) ?? new AgentAuditTrail(this.stack, 'GivenAudit'),
    );
  }
  get network() {
    return this.once('network', () => new AgentNetwork(this.stack, 'GivenNetwork'));
  }
  get baseline() {
    const { auditTrail, network } = this;
    return this.once('baseline', () => new AgentBaseline(this.stack, 'GivenBaseline', { auditTrail, network }));
  }
  get agent() {
    const { baseline } = this;
    return this.once('agent', () => {
      const model = AgentModel.GPT_5_6_LUNA;
      return new ManagedAgent(this.stack, 'GivenAgent', { model, instructions: 'Review what is asked.', baseline });
    });
  }
  get guardrail() {
    return this.once('guardrail', () => AgentGuardrail.standard(this.stack, 'GivenGuardrail'));
  }
  get workflow() {
    const { agent, guardrail } = this;
    return this.once('workflow', () => new TurnWorkflow(this.stack, 'GivenTurns', { agent, guardrail }));
  }

  get repository() {
    return this.codeRepository('repository', 'payments-service');
  }
  get payments() {
    return this.codeRepository('payments', 'payments');
  }
  get shop() {
    return this.codeRepository('shop', 'shop');
  }

  get bucket() {
    return this.privateBucket('bucket');
  }
  get bundles() {
    return this.privateBucket('bundles');
  }
  get backups() {
    return this.privateBucket('backups');
  }

  get checkout() {
    return this.plainFunction('checkout');
  }
  get stagePullRequest() {
    return this.plainFunction('stagePullRequest');
  }
  get publishReview() {
    return this.plainFunction('publishReview');
  }
  get checkoutLogs() {
    return this.once('checkoutLogs', () => this.logGroup('CheckoutLogs'));
  }
  get errors() {
    return this.once('errors', () => this.alarm('Errors', this.checkout.metricErrors()));
  }
  get throttles() {
    return this.once('throttles', () => this.alarm('Throttles', this.checkout.metricThrottles()));
  }
  get onCall() {
    return this.once('onCall', () => new sns.Topic(this.stack, 'OnCall', { masterKey: this.key, enforceSSL: true }));
  }

  get topic() {
    return this.onCall;
  }
  get role() {
    return this.plainRole('role', 'lambda.amazonaws.com');
  }
  get securityTeamRole() {
    return this.once('securityTeamRole', () => {
      const assumedBy = new iam.ArnPrincipal(`arn:aws:iam::${this.stack.account}:role/security-team`);
      return new iam.Role(this.stack, 'SecurityTeam', { assumedBy });
    });
  }
  /** Restarts instances for AWS Systems Manager Automation. */
  get restarter() {
    return this.plainRole('restarter', 'ssm.amazonaws.com');
  }
  get credentials() {
    return this.once(
      'credentials',
      () => new secretsmanager.Secret(this.stack, 'Credentials', { encryptionKey: this.key }),
    );
  }
  get knowledgeBaseArn(): string {
    return this.stack.formatArn({ service: 'bedrock', resource: 'knowledge-base', resourceName: 'ABCDEFGHIJ' });
  }
  get vpc() {
    return this.once('vpc', () => {
      const subnetConfiguration = [{ name: 'Agents', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }];
      return new ec2.Vpc(this.stack, 'Vpc', { maxAzs: 2, subnetConfiguration });
    });
  }
  get yourDocument() {
    return this.once('yourDocument', () => {
      const principals = [new iam.AnyPrincipal()];
      const conditions = { StringEquals: { 'aws:PrincipalAccount': this.stack.account } };
      const actions = ['bedrock-mantle:CreateSession'];
      return new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({ principals, actions, resources: ['*'], conditions })],
      });
    });
  }

  private codeRepository(name: string, repositoryName: string) {
    return this.once(name, () => codecommit.Repository.fromRepositoryName(this.stack, `Given-${name}`, repositoryName));
  }
  private privateBucket(name: string) {
    return this.once(name, () => {
      const blockPublicAccess = s3.BlockPublicAccess.BLOCK_ALL;
      return new s3.Bucket(this.stack, `Given-${name}`, {
        encryptionKey: this.key,
        enforceSSL: true,
        blockPublicAccess,
      });
    });
  }
  private plainFunction(name: string) {
    return this.once(name, () => {
      const code = lambda.Code.fromInline('exports.handler = async () => undefined;');
      const runtime = lambda.Runtime.NODEJS_22_X;
      const logGroup = this.logGroup(`Logs-${name}`);
      return new lambda.Function(this.stack, `Given-${name}`, { runtime, handler: 'index.handler', code, logGroup });
    });
  }
  private plainRole(name: string, service: string) {
    return this.once(name, () => {
      return new iam.Role(this.stack, `Given-${name}`, { assumedBy: new iam.ServicePrincipal(service) });
    });
  }
  private get key() {
    return this.once('key', () => new kms.Key(this.stack, 'GivenKey', { enableKeyRotation: true }));
  }
  private logGroup(id: string) {
    const retention = logs.RetentionDays.ONE_YEAR;
    return new logs.LogGroup(this.stack, id, { encryptionKey: this.key, retention });
  }
  private alarm(id: string, metric: cloudwatch.Metric) {
    return new cloudwatch.Alarm(this.stack, id, { metric, threshold: 1, evaluationPeriods: 1 });
  }
  private once<T>(name: string, make: () => T): T {
    if (!this.made.has(name)) this.made.set(name, make());
    return this.made.get(name) as T;
  }
}
