import { arnOf } from '../../model/templates';
import { document, of, ref } from './app';

/** An identity pool that gives a role to the users of a user pool. */
export const identityPool = (logins: object, policies: object) => ({
  Client: of('AWS::Cognito::UserPoolClient', { UserPoolId: ref('Users') }),
  Pool: of('AWS::Cognito::IdentityPool', {
    AllowUnauthenticatedIdentities: false,
    CognitoIdentityProviders: [{ ClientId: ref('Client'), ProviderName: arnOf('Users', 'ProviderName') }],
    ...logins,
  }),
  Signed: of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': ref('Pool') },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
      },
    }),
    ...policies,
  }),
});
