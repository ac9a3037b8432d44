import { arnOf } from '../../model/templates';
import { may, of, ref, roleOf, sub } from './app';

/** An HTTP API that starts turns for holders of a token. */
export const tokenApi = (Issuer: unknown) => ({
  ApiRole: roleOf('apigateway.amazonaws.com', may('states:StartExecution', ref('Machine'))),
  Api: of('AWS::ApiGatewayV2::Api', { Name: 'a', ProtocolType: 'HTTP' }),
  Tokens: of('AWS::ApiGatewayV2::Authorizer', {
    ApiId: ref('Api'),
    AuthorizerType: 'JWT',
    Name: 'tokens',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Audience: ['agents'], Issuer },
  }),
  Integration: of('AWS::ApiGatewayV2::Integration', {
    ApiId: ref('Api'),
    IntegrationType: 'AWS_PROXY',
    IntegrationSubtype: 'StepFunctions-StartExecution',
    CredentialsArn: arnOf('ApiRole'),
    PayloadFormatVersion: '1.0',
    RequestParameters: { StateMachineArn: ref('Machine') },
  }),
  Route: of('AWS::ApiGatewayV2::Route', {
    ApiId: ref('Api'),
    RouteKey: 'POST /',
    AuthorizationType: 'JWT',
    AuthorizerId: ref('Tokens'),
    Target: sub('integrations/${Integration}'),
  }),
});
