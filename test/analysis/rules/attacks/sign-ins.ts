import { arnOf } from '../../model/templates';
import { ACCOUNT, may, of, ref, type Resources, roleOf, sub } from './app';
import { identityPool } from './identity-pool';
import { FORWARD, listenerRule, loadBalancer } from './load-balancer';
import { type Pair, pair, policyFor } from './pair';
import { tokenApi } from './token-api';

const opening = (name: string, bad: unknown, good: unknown, change: (value: any) => Resources): Pair =>
  pair('MA-TRG3', name, bad, good, (value) => ({ add: change(value) }));

const starts = (service: string) =>
  roleOf(service, may('states:StartExecution', ref('Machine')), may('lambda:InvokeFunction', arnOf('Starter')));

/** A user pool without sign-up, in which users of a provider sign in. */
const users = (ProviderType: string, details: object = {}) => ({
  Users: of('AWS::Cognito::UserPool', { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }),
  Provider: of('AWS::Cognito::UserPoolIdentityProvider', {
    UserPoolId: ref('Users'),
    ProviderName: 'provider',
    ProviderType,
    ProviderDetails: {
      client_id: 'c',
      client_secret: '{{resolve:secretsmanager:idp:SecretString:secret}}',
      ...details,
    },
  }),
});
const ofIssuer = (oidc_issuer: string) => users('OIDC', { oidc_issuer });
const PRIVATE = 'https://example.okta.com';

const OF_THE_POOL = sub('https://cognito-idp.us-east-1.amazonaws.com/${Users}');

const balancer = (actions: object[]) => ({
  ...loadBalancer(),
  Turns: listenerRule({ PathPatternConfig: { Values: ['/turns'] } }, [...actions, FORWARD]),
  Invoke: of('AWS::Lambda::Permission', {
    FunctionName: ref('Starter'),
    Action: 'lambda:InvokeFunction',
    Principal: 'elasticloadbalancing.amazonaws.com',
    SourceArn: ref('Target'),
  }),
});
const authenticate = {
  Type: 'authenticate-cognito',
  Order: 1,
  AuthenticateCognitoConfig: { UserPoolArn: arnOf('Users'), UserPoolClientId: 'c', UserPoolDomain: 'd' },
};
const COMPANY = users('SAML');

/** Entries whose users authenticate, and everybody can be such a user. */
export const SIGN_INS: readonly Pair[] = [
  ...['Google', 'Facebook', 'LoginWithAmazon', 'SignInWithApple'].map((type) =>
    opening(`an API of a user pool takes users of ${type}`, users(type), COMPANY, (pool) => ({
      ...pool,
      ...tokenApi(OF_THE_POOL),
    })),
  ),
  opening(
    'a load balancer takes users whom a shared issuer signs in',
    ofIssuer('https://gitlab.com'),
    ofIssuer(PRIVATE),
    (pool) => ({ ...pool, ...balancer([authenticate]) }),
  ),
  opening('a user pool takes users of Google, whom no function refuses', undefined, arnOf('Worker'), (PreSignUp) => ({
    ...users('Google'),
    Users: of('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      ...(PreSignUp ? { LambdaConfig: { PreSignUp } } : {}),
    }),
    ...tokenApi(OF_THE_POOL),
  })),
  opening('an identity pool takes users of a pool with a provider for everybody', users('Google'), COMPANY, (pool) => ({
    ...pool,
    ...identityPool({}, {}),
    Starting: policyFor(ref('Signed'), may('states:StartExecution', ref('Machine'))),
  })),
  ...['https://agent.buildkite.com', 'https://oidc.vercel.com', 'https://oidc.vercel.com/'].map((issuer) =>
    opening(`an API takes tokens of ${issuer}`, issuer, `https://oidc.vercel.com/example`, tokenApi),
  ),
  opening('a rule of a listener authenticates nobody', [], [authenticate], (actions) => ({
    ...COMPANY,
    ...balancer(actions),
  })),
  opening('rules for e-mail get what everybody sends', 'OPEN', 'AUTH', (Type) => ({
    MailRole: starts('ses.amazonaws.com'),
    Rules: of('AWS::SES::MailManagerRuleSet', {
      Rules: [
        {
          Actions: [
            {
              InvokeLambda: {
                FunctionArn: arnOf('Starter'),
                InvocationType: 'EVENT',
                RoleArn: arnOf('MailRole'),
              },
            },
          ],
        },
      ],
    }),
    Ingress: of('AWS::SES::MailManagerIngressPoint', {
      RuleSetId: ref('Rules'),
      TrafficPolicyId: 'policy',
      Type,
      ...(Type === 'AUTH'
        ? {
            IngressPointConfiguration: {
              SecretArn: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:smtp-AbCdEf`,
            },
          }
        : {}),
    }),
  })),
  opening('an environment of Elastic Beanstalk has an address', 'WebServer', 'Worker', (Name) => ({
    WebRole: starts('ec2.amazonaws.com'),
    Profile: of('AWS::IAM::InstanceProfile', { Roles: [ref('WebRole')] }),
    Web: of('AWS::ElasticBeanstalk::Environment', {
      ApplicationName: 'web',
      SolutionStackName: '64bit Amazon Linux 2023 running Node.js 22',
      Tier: { Name, Type: Name === 'Worker' ? 'SQS/HTTP' : 'Standard' },
      OptionSettings: [
        {
          Namespace: 'aws:autoscaling:launchconfiguration',
          OptionName: 'IamInstanceProfile',
          Value: ref('Profile'),
        },
      ],
    }),
  })),
];
