import { may, of, roleOf } from './app';
import { arnOf } from '../../model/templates';
import { type Pair, pair } from './pair';

/** A state machine of another stack that may call every function, and calls a function of a nested application. */
const calling = (Type: string, task: string, Parameters: object = {}) => ({
  other: {
    Nested: of(Type, {
      Location: './application.yaml',
      TemplateURL: 'https://s3.amazonaws.com/apps/nested.json',
      Parameters,
    }),
    CallerRole: roleOf('states.amazonaws.com', may('lambda:InvokeFunction', '*')),
    Caller: of('AWS::StepFunctions::StateMachine', {
      RoleArn: arnOf('CallerRole'),
      DefinitionString: {
        'Fn::Sub': [
          JSON.stringify({ StartAt: 'Call', States: { Call: { Type: 'Task', Resource: '${Task}', End: true } } }),
          { Task: task.includes('.') ? { 'Fn::GetAtt': ['Nested', task] } : { 'Fn::ImportValue': task } },
        ],
      },
    }),
  },
});

/** Functions of nested applications and stacks whose templates aren't in the app. */
export const NESTED_APPLICATIONS: readonly Pair[] = [
  ...['AWS::Serverless::Application', 'AWS::CloudFormation::Stack'].flatMap((type) => [
    pair('MA-GRD1', `a machine next to ${type} calls an imported function`, 'not-of-the-app', 'Outputs.Call', (task) =>
      calling(type, task),
    ),
    pair(
      'MA-READ1',
      `a machine calls a function of ${type}, which gets the starter`,
      'open-arn',
      'worker-arn',
      (name) => ({
        ...calling(type, 'Outputs.Call', name === 'worker-arn' ? {} : { Function: { 'Fn::ImportValue': name } }),
      }),
    ),
  ]),
];
