import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LambdaRestApi } from 'aws-cdk-lib/aws-apigateway';
import { BuildSpec, Project } from 'aws-cdk-lib/aws-codebuild';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type EventBus } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SnsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { type CfnResource, Stack } from 'aws-cdk-lib/core';
import { type Construct } from 'constructs';
import type { Neighbour } from './apps/app';
import { functionIn } from './apps/compute';
import { ENV } from './governed-app';

/** Ordinary CDK code that breaks a guarantee, with the rule that must report it. */
export interface CdkAttack {
  readonly name: string;
  /** The rules, one of which must report it. */
  readonly rules: readonly string[];
  /** @param scope an empty construct in the agent's stack */
  apply(neighbour: Neighbour, scope: Construct): void;
}

const other = ({ app }: Neighbour) => new Stack(app, 'Other', { env: ENV });

/** A role that can do everything, as deployments have it. */
const adminRole = (scope: Construct, assumedBy: iam.IPrincipal = new iam.ServicePrincipal('lambda.amazonaws.com')) =>
  new iam.Role(scope, 'Admin', {
    assumedBy,
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
  });

/** The resource of a type below a construct. */
const resourceOf = (scope: Construct, type: string, at = '') =>
  scope.node
    .findAll()
    .find((node) => (node as CfnResource).cfnResourceType === type && node.node.path.includes(at)) as CfnResource;

const attack = (name: string, rules: string | readonly string[], apply: CdkAttack['apply']): CdkAttack => ({
  name,
  rules: typeof rules === 'string' ? [rules] : rules,
  apply,
});

export const CDK_ATTACKS: readonly CdkAttack[] = [
  attack('an AWS managed policy on the execution role', 'MA-ID5', ({ agent }) => {
    (agent.executionRole as iam.Role).addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'));
  }),
  attack('a policy attached by the name of the role in another stack', ['MA-ID5', 'MA-ID7'], (neighbour) => {
    const { agent } = neighbour;
    const imported = iam.Role.fromRoleArn(other(neighbour), 'Imported', agent.executionRole.roleArn);
    imported.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
  }),
  attack('iam:PassRole by grantPassRole for a function that starts turns', 'MA-ID6', ({ workflow }, scope) => {
    const starter = functionIn(scope);
    workflow.grants.startTurns(starter);
    adminRole(scope).grantPassRole(starter.role!);
  }),
  attack('sts:AssumeRole by grantAssumeRole', 'MA-ID7', ({ agent }, scope) => {
    adminRole(scope).grantAssumeRole(agent.executionRole);
  }),
  attack('an administrator that trusts the execution role', 'MA-ID7', (neighbour) => {
    adminRole(other(neighbour), new iam.ArnPrincipal(neighbour.agent.executionRole.roleArn));
  }),
  attack('invoking a function of an administrator', 'MA-ID7', ({ agent }, scope) => {
    functionIn(scope, 'Function', { role: adminRole(scope) }).grantInvoke(agent);
  }),
  attack('invoking the alias of a function of an administrator', 'MA-ID7', ({ agent }, scope) => {
    functionIn(scope, 'Function', { role: adminRole(scope) })
      .addAlias('live')
      .grantInvoke(agent);
  }),
  attack('sending to the queue of a function of an administrator', 'MA-ID7', (neighbour, scope) => {
    const queue = new Queue(scope, 'Queue');
    const worker = functionIn(scope, 'Function', { role: adminRole(scope) });
    worker.addEventSourceMapping('Mapping', { eventSourceArn: queue.queueArn });
    queue.grantSendMessages(neighbour.agent);
  }),
  attack('publishing to the topic of a function of an administrator', 'MA-ID7', ({ agent }, scope) => {
    const topic = new Topic(scope, 'Topic');
    functionIn(scope, 'Function', { role: adminRole(scope) }).addEventSource(new SnsEventSource(topic));
    topic.grantPublish(agent);
  }),
  attack('starting a state machine of an administrator', 'MA-ID7', ({ agent }, scope) => {
    const machine = new sfn.StateMachine(scope, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(scope, 'Pass')),
      role: adminRole(scope, new iam.ServicePrincipal('states.amazonaws.com')),
    });
    machine.grantStartExecution(agent);
  }),
  attack('starting a build of an administrator', 'MA-ID7', ({ agent }, scope) => {
    const project = new Project(scope, 'Project', {
      buildSpec: BuildSpec.fromObject({ version: '0.2' }),
      role: adminRole(scope, new iam.ServicePrincipal('codebuild.amazonaws.com')),
    });
    agent.executionRole.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['codebuild:StartBuild'], resources: [project.projectArn] }),
    );
  }),
  attack('updating the code of a function', 'MA-ID7', ({ agent }, scope) => {
    functionIn(scope).grantInvoke(agent);
    agent.executionRole.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:UpdateFunctionCode'],
        resources: [functionIn(scope, 'Other').functionArn],
      }),
    );
  }),
  attack('starting its own turns', ['MA-ID5', 'MA-ID7'], ({ agent, workflow }) => {
    workflow.grants.startTurns(agent);
  }),
  attack('approving its own turns through the task token', ['MA-ID5', 'MA-ID7'], ({ agent, workflow }) => {
    workflow.stateMachine.grantTaskResponse(agent);
  }),
  attack('writing its own evidence', ['MA-ID5', 'MA-ID7'], ({ agent, workflow }) => {
    workflow.evidenceBucket.grantReadWrite(agent);
  }),
  attack('putting events on its own bus', ['MA-ID5', 'MA-ID7'], ({ agent, workflow }) => {
    workflow.eventBus.grantPutEventsTo(agent);
  }),
  attack('administering the key of the data', ['MA-ID5', 'MA-ID7'], ({ agent, key }) => {
    key.grantAdmin(agent);
  }),
  attack('reading every parameter', 'MA-ID5', ({ agent }) => {
    agent.executionRole.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['ssm:GetParameter*'], resources: ['*'] }),
    );
  }),
  attack('reading every secret by a name pattern', ['MA-ID5', 'MA-ID7'], ({ agent }, scope) => {
    Secret.fromSecretNameV2(scope, 'Secrets', '*').grantRead(agent);
  }),
  attack('every table of the account', 'MA-ID5', ({ agent }, scope) => {
    TableV2.fromTableName(scope, 'Tables', '*').grantReadWriteData(agent);
  }),
  attack('every queue of the account', 'MA-ID5', ({ agent }, scope) => {
    Queue.fromQueueArn(scope, 'Queues', `arn:aws:sqs:${ENV.region}:${ENV.account}:*`).grantSendMessages(agent);
  }),
  attack('a session role that another account trusts, too', 'MA-ID1', ({ agent }) => {
    (agent.sessionRole as iam.Role).assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        principals: [new iam.AccountPrincipal('999988887777')],
      }),
    );
  }),
  attack('an execution role that its account trusts, too', 'MA-ID2', ({ agent }) => {
    (agent.executionRole as iam.Role).assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [new iam.AccountRootPrincipal()] }),
    );
  }),
  attack('inference with any model for a client', ['MA-ID4', 'MA-ID5'], ({ agent }) => {
    agent.sessionRole.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['bedrock-mantle:CreateInference'], resources: [agent.project.projectArn] }),
    );
  }),
  attack('a user with an access key that drives the workflow', 'MA-ID8', ({ workflow }, scope) => {
    const user = new iam.User(scope, 'User');
    workflow.grants.startTurns(user);
    new iam.AccessKey(scope, 'Key', { user });
  }),
  attack('a credential in the environment of a function that reaches the agent', 'MA-ID8', ({ workflow }, scope) => {
    const starter = functionIn(scope, 'Starter', { environment: { API_KEY: 'AKIAIOSFODNN7EXAMPLE' } });
    workflow.grants.startTurns(starter);
  }),
  attack('an internet gateway route in the network of the agent', 'MA-NET1', ({ networkStack, agent }) => {
    const vpc = resourceOf(networkStack, 'AWS::EC2::VPC');
    const table = resourceOf(networkStack, 'AWS::EC2::RouteTable');
    const gateway = new ec2.CfnInternetGateway(networkStack, 'Gateway');
    new ec2.CfnVPCGatewayAttachment(networkStack, 'Attached', { vpcId: vpc.ref, internetGatewayId: gateway.ref });
    new ec2.CfnRoute(networkStack, 'Out', {
      routeTableId: table.ref,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: gateway.ref,
    });
    void agent;
  }),
  attack('egress to anywhere through connections', 'MA-NET4', ({ agent }) => {
    agent.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
  }),
  attack('ingress through connections', 'MA-NET4', ({ agent }) => {
    agent.connections.allowFrom(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(22));
  }),
  attack('an open function URL that starts turns', 'MA-TRG3', ({ workflow }, scope) => {
    const starter = functionIn(scope);
    workflow.grants.startTurns(starter);
    starter.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
  }),
  attack('an open REST API that starts turns', 'MA-TRG3', ({ workflow }, scope) => {
    const handler = functionIn(scope);
    workflow.grants.startTurns(handler);
    new LambdaRestApi(scope, 'Api', { handler });
  }),
  attack('an open HTTP API that starts turns', 'MA-TRG3', ({ workflow }, scope) => {
    const handler = functionIn(scope);
    workflow.grants.startTurns(handler);
    new HttpApi(scope, 'Api', { defaultIntegration: new HttpLambdaIntegration('All', handler) });
  }),
  attack('a function permission for everybody', ['MA-TRG3', 'MA-STO1'], ({ workflow }, scope) => {
    const starter = functionIn(scope);
    workflow.grants.startTurns(starter);
    starter.addPermission('Everybody', { principal: new iam.AnyPrincipal() });
  }),
  attack('another account that may put events on the bus of the agent', ['MA-STO1', 'MA-TRG3'], ({ workflow }) => {
    (workflow.eventBus as EventBus).addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Foreign',
        actions: ['events:PutEvents'],
        principals: [new iam.AccountPrincipal('999988887777')],
        resources: [workflow.eventBus.eventBusArn],
      }),
    );
  }),
  attack('another account that may read the evidence', 'MA-STO1', ({ workflow }) => {
    workflow.evidenceBucket.grantRead(new iam.AccountPrincipal('999988887777'));
  }),
  attack('another account that may use the key', ['MA-STO1', 'MA-ENC1'], ({ key }) => {
    key.grantEncryptDecrypt(new iam.AccountPrincipal('999988887777'));
  }),
  attack('a key policy for everybody', 'MA-ENC1', ({ key }) => {
    key.addToResourcePolicy(
      new iam.PolicyStatement({ actions: ['kms:Decrypt'], principals: [new iam.AnyPrincipal()], resources: ['*'] }),
    );
  }),
  attack('a store of the agent without a customer-managed key', ['MA-ENC2', 'MA-ENC3'], ({ agent }, scope) => {
    new Bucket(scope, 'Plain').grantRead(agent);
  }),
  attack(
    'a machine that opens sessions past the guardrail',
    ['MA-GRD1', 'MA-ID7', 'MA-ID5', 'MA-TRG2'],
    ({ agent }, scope) => {
      const role = new iam.Role(scope, 'Driver', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      agent.grants.driveSessions(role);
      const driver = functionIn(scope, 'Function', { role });
      new sfn.StateMachine(scope, 'Machine', {
        definitionBody: sfn.DefinitionBody.fromString(
          JSON.stringify({
            StartAt: 'Go',
            States: {
              Go: {
                Type: 'Task',
                Resource: 'arn:aws:states:::lambda:invoke',
                Parameters: { FunctionName: driver.functionName },
                End: true,
              },
            },
          }),
        ),
      });
    },
  ),
];
