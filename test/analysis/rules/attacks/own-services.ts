import { arnOf } from '../../model/templates';
import { ACCOUNT, bucket, bucketPolicy, document, FOREIGN, may, of, ref, sub } from './app';
import { type Pair, pair, policyFor } from './pair';

interface Logs {
  readonly account?: unknown;
  readonly actions?: unknown;
  readonly below?: string;
}

/** A bucket in the stack of an agent takes the access logs of load balancers. */
const logs = (name: string, bad: Logs, good: Logs = {}, agnostic?: true): Pair =>
  pair(
    'MA-STO1',
    name,
    bad,
    good,
    ({ account = '127311923021', actions = 's3:PutObject', below = `AWSLogs/${ACCOUNT}/*` }: Logs) => ({
      ...(agnostic ? { agnostic } : {}),
      sections: {
        Mappings: { Balancing: { 'us-east-1': { Account: '127311923021', Other: FOREIGN } } },
      },
      add: {
        AccessLogs: bucket(),
        AccessLogsPolicy: bucketPolicy('AccessLogs', {
          ...may(actions, sub(`\${AccessLogs.Arn}/${below}`)),
          Principal: { AWS: account },
        }),
      },
    }),
  );
const mapped = (key: string) => ({ 'Fn::FindInMap': ['Balancing', ref('AWS::Region'), key] });

const attaching = (PolicyArn: unknown) => ({
  Brake: of('AWS::Budgets::BudgetsAction', {
    ActionType: 'APPLY_IAM_POLICY',
    BudgetName: 'agents',
    ExecutionRoleArn: arnOf('WorkerRole'),
    Definition: { IamActionDefinition: { PolicyArn, Roles: [ref('ExecutionRole')] } },
  }),
});
const policy = (statement: object) => of('AWS::IAM::ManagedPolicy', { PolicyDocument: document(statement) });

/** What services of AWS do for the owner of an app, and the same for somebody else. */
export const OWN_SERVICES: readonly Pair[] = [
  logs('load balancers of another account write their logs', { below: `AWSLogs/${FOREIGN}/*` }),
  logs(
    'load balancers of every account write their logs',
    { below: 'AWSLogs/*' },
    { below: 'web/AWSLogs/${AWS::AccountId}/*' },
  ),
  logs('load balancers write anywhere', { below: '*' }),
  logs('the account of load balancers of another Region', { account: '797873946194' }),
  logs('the account of load balancers may read, too', { actions: ['s3:PutObject', 's3:GetObject'] }),
  logs('the account of load balancers may do everything', { actions: 's3:*' }),
  logs(
    'an account that only looks like that of load balancers',
    { account: `arn:aws:iam::${FOREIGN}:root` },
    { account: 'arn:aws:iam::127311923021:root' },
  ),
  logs('an account in a map is none of load balancers', { account: mapped('Other') }, { account: mapped('Account') }),
  logs(
    'an account that is none of load balancers in any Region',
    { account: FOREIGN, below: 'AWSLogs/${AWS::AccountId}/*' },
    { account: '797873946194', below: 'AWSLogs/${AWS::AccountId}/*' },
    true,
  ),
  // The function and the target group of a load balancer are in the same account.
  pair('MA-TRG3', 'a service may use the function for any account', 's3', 'elasticloadbalancing', (service) => ({
    add: {
      Invoke: of('AWS::Lambda::Permission', {
        FunctionName: ref('Starter'),
        Action: 'lambda:InvokeFunction',
        Principal: `${service}.amazonaws.com`,
      }),
    },
  })),
  pair(
    'MA-ID5',
    'the action of a budget attaches a policy of AWS',
    'arn:aws:iam::aws:policy/AdministratorAccess',
    'arn:aws:iam::aws:policy/AWSDenyAll',
    (arn) => ({ add: attaching(arn) }),
  ),
  pair('MA-ID7', 'the action of a budget attaches a policy of the app', 'Allow', 'Deny', (Effect) => ({
    add: {
      ...attaching(ref('Attached')),
      Attached: policy({ Effect, Action: 'iam:CreateUser', Resource: `arn:aws:iam::${ACCOUNT}:user/x` }),
    },
  })),
  // Until the budget is exceeded, its denial doesn't apply.
  pair(
    'MA-ID7',
    'only the action of a budget denies what a role may do',
    'iam:CreateUser',
    's3:GetObject',
    (action) => ({
      add: {
        ...attaching(ref('Attached')),
        Attached: policy({ Effect: 'Deny', Action: '*', Resource: '*' }),
        More: policyFor(
          ref('ExecutionRole'),
          may(action, action === 's3:GetObject' ? sub('${Data.Arn}/*') : `arn:aws:iam::${ACCOUNT}:user/x`),
        ),
      },
    }),
  ),
  pair('MA-ID3', 'a budget acts under the role of an agent', 'ExecutionRole', 'WorkerRole', (id) => ({
    add: attaching('arn:aws:iam::aws:policy/AWSDenyAll'),
    set: { 'Brake.ExecutionRoleArn': arnOf(id) },
  })),
];
