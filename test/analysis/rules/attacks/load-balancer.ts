import { arnOf } from '../../model/templates';
import { of, ref } from './app';

/** A load balancer that can send requests to the starter. By default, its listener answers all of them itself. */
export const loadBalancer = (
  DefaultActions: object[] = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  Scheme = 'internet-facing',
) => ({
  Balancer: of('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme, Subnets: ['subnet-0a1b2c3d4e5f60718'] }),
  Target: of('AWS::ElasticLoadBalancingV2::TargetGroup', {
    TargetType: 'lambda',
    Targets: [{ Id: arnOf('Starter') }],
  }),
  Listener: of('AWS::ElasticLoadBalancingV2::Listener', {
    LoadBalancerArn: ref('Balancer'),
    Port: 443,
    Protocol: 'HTTPS',
    DefaultActions,
  }),
});

/** What the listener does with requests for a path. */
export const listenerRule = (condition: object, Actions: object[]) =>
  of('AWS::ElasticLoadBalancingV2::ListenerRule', {
    ListenerArn: ref('Listener'),
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', ...condition }],
    Actions,
  });

/** The last of the actions of a listener or a rule. */
export const FORWARD = { Type: 'forward', Order: 2, TargetGroupArn: ref('Target') };
