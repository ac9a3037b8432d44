import { arnOf } from '../../model/templates';
import { ACCOUNT, functionOf, may, of, ref, roleOf } from './app';
import { type Pair, pair, policyFor } from './pair';

/** A program whose role may invoke the function that opens sessions, or one that has nothing to do with the agent. */
const program = (name: string, change: (id: string) => Record<string, unknown>): Pair =>
  pair('MA-GRD1', name, 'Open', 'Worker', (id: string) => ({ add: change(id) }));
const invokes = (service: string, id: string, arn: unknown = arnOf(id)) =>
  roleOf(service, may('lambda:InvokeFunction', arn));
const caller = (...statements: unknown[]) => ({
  CallerRole: roleOf('lambda.amazonaws.com', may('lambda:InvokeFunction', arnOf('Open')), ...statements),
  Caller: functionOf('CallerRole'),
});

/** Programs that start turns with the function of a workflow, without the workflow. */
export const DIRECT_CALLS: readonly Pair[] = [
  program('a function invokes the one that opens sessions', (id) => ({
    CallerRole: invokes('lambda.amazonaws.com', id),
    Caller: functionOf('CallerRole'),
  })),
  program('a function invokes an alias of the one that opens sessions', (id) => ({
    Live: of('AWS::Lambda::Alias', { FunctionName: ref(id), FunctionVersion: '1', Name: 'live' }),
    CallerRole: invokes('lambda.amazonaws.com', id, ref('Live')),
    Caller: functionOf('CallerRole'),
  })),
  program('a policy of its own lets a container invoke the one that opens sessions', (id) => ({
    TaskRole: roleOf('ecs-tasks.amazonaws.com'),
    More: policyFor(ref('TaskRole'), may('lambda:InvokeFunction', arnOf(id))),
    Task: of('AWS::ECS::TaskDefinition', { TaskRoleArn: arnOf('TaskRole'), ContainerDefinitions: [] }),
  })),
  program('a flow of Bedrock invokes the one that opens sessions', (id) => ({
    FlowRole: invokes('bedrock.amazonaws.com', id),
    Flow: of('AWS::Bedrock::Flow', {
      Name: 'flow',
      ExecutionRoleArn: arnOf('FlowRole'),
      CustomerEncryptionKeyArn: arnOf('Key'),
      Definition: {
        Nodes: [{ Name: 'go', Type: 'LambdaFunction', Configuration: { LambdaFunction: { LambdaArn: arnOf(id) } } }],
      },
    }),
  })),
  program('a job invokes the one that opens sessions', (id) => ({
    JobRole: invokes('glue.amazonaws.com', id),
    Job: of('AWS::Glue::Job', { Role: arnOf('JobRole'), Command: { Name: 'pythonshell', ScriptLocation: 's3://b/k' } }),
  })),
  pair(
    'MA-GRD1',
    'a program without a guardrail invokes the one that opens sessions',
    [],
    [may('bedrock:ApplyGuardrail', arnOf('Guardrail', 'GuardrailArn'))],
    (statements: unknown[]) => ({ add: caller(...statements) }),
  ),
  pair(
    'MA-READ1',
    'a fleet of game servers works under a role that starts turns',
    'Machine',
    'other',
    (id: string) => ({
      add: {
        FleetRole: roleOf(
          'gamelift.amazonaws.com',
          may(
            'states:StartExecution',
            id === 'Machine' ? ref(id) : `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:other`,
          ),
        ),
        Fleet: of('AWS::GameLift::Fleet', { Name: 'fleet', InstanceRoleARN: arnOf('FleetRole') }),
      },
    }),
  ),
];
