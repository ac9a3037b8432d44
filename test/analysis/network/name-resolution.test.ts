import { printed } from '../../../analysis/model/printed-text';
import { nameResolutionOf } from '../../../analysis/network/name-resolution';
import { idsOf } from '../../../analysis/network/place-id';
import { appWith, ref, resource, type Resources } from './app';

const list = (...Domains: string[]) => resource('AWS::Route53Resolver::FirewallDomainList', { Domains });
const rule = (Priority: number, Action: string, list: unknown, more: object = {}) => ({
  Priority,
  Action,
  FirewallDomainListId: list,
  ...(Action === 'BLOCK' ? { BlockResponse: 'NXDOMAIN' } : {}),
  ...more,
});
const group = (...FirewallRules: object[]) => resource('AWS::Route53Resolver::FirewallRuleGroup', { FirewallRules });
const associated = (id: string, Priority = 101) =>
  resource('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
    VpcId: ref('Vpc'),
    FirewallRuleGroupId: ref(id),
    Priority,
  });

/** A firewall that allows one name and blocks the others. */
const CLOSED: Resources = {
  Allowed: list('bedrock-mantle.us-east-1.api.aws'),
  All: list('*'),
  Rules: group(rule(200, 'BLOCK', ref('All')), rule(100, 'ALLOW', ref('Allowed'))),
  Association: associated('Rules'),
};

function resolution(changes: Record<string, Resources[string] | undefined>, sections: object = {}) {
  const model = appWith({ ...CLOSED, ...changes }, { Parameters: { Name: { Type: 'String' } }, ...sections });
  const [vpc] = idsOf(model, model.resource('App#SubnetA')!.properties.at('VpcId'));
  return nameResolutionOf(model, vpc);
}

const isLimited = (...input: Parameters<typeof resolution>) => {
  const { limited } = resolution(...input);
  return limited.not().possible() ? (limited.possible() ? 'sometimes' : 'no') : 'yes';
};

test('names are limited by rules that allow some and block the rest, in the order of their priorities', () => {
  expect(isLimited({})).toBe('yes');
  expect(resolution({}).because).toBe('');
  expect(resolution({}).allowed.map(printed)).toEqual(['bedrock-mantle.us-east-1.api.aws']);
});

test.each<[string, Record<string, Resources[string] | undefined>]>([
  ['without a firewall', { Association: undefined }],
  ['without a rule that blocks everything', { Rules: group(rule(100, 'ALLOW', ref('Allowed'))) }],
  ['when everything is allowed first', { Rules: group(rule(1, 'ALLOW', ref('All')), rule(2, 'BLOCK', ref('All'))) }],
  [
    'when another group allows everything first',
    { Open: group(rule(1, 'ALLOW', ref('All'))), Before: associated('Open', 1) },
  ],
  ['when everything is only reported', { Rules: group(rule(1, 'ALERT', ref('All')), rule(2, 'BLOCK', ref('All'))) }],
  [
    'when the allowed list is not in the assembly',
    { Rules: group(rule(1, 'ALLOW', 'rslvr-fdl-1'), rule(2, 'BLOCK', ref('All'))) },
  ],
  [
    'when an allowed name is a parameter',
    { Allowed: resource('AWS::Route53Resolver::FirewallDomainList', { Domains: [ref('Name')] }) },
  ],
  ['when one type of query is blocked', { Rules: group(rule(2, 'BLOCK', ref('All'), { Qtype: 'TXT' })) }],
  [
    'when another name is the answer',
    { Rules: group(rule(2, 'BLOCK', ref('All'), { BlockResponse: 'OVERRIDE', BlockOverrideDomain: 'x.example' })) },
  ],
  [
    'when queries pass while the firewall fails',
    {
      Config: resource('AWS::Route53Resolver::FirewallConfig', { ResourceId: ref('Vpc'), FirewallFailOpen: 'ENABLED' }),
    },
  ],
  [
    'when the firewall is for another VPC',
    {
      Association: resource('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
        VpcId: 'vpc-0bbbbbbbb',
        FirewallRuleGroupId: ref('Rules'),
        Priority: 1,
      }),
    },
  ],
])('names are not limited %s', (_name, changes) => {
  expect(isLimited(changes)).toBe('no');
  expect(resolution(changes).because).not.toBe('');
});

test('a list with every name under a condition limits names only under that condition', () => {
  const sections = {
    Parameters: { Stage: { Type: 'String' } },
    Conditions: { IsProd: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
  };
  const domains = [{ 'Fn::If': ['IsProd', '*', 'x.example'] }];
  expect(isLimited({ All: resource('AWS::Route53Resolver::FirewallDomainList', { Domains: domains }) }, sections)).toBe(
    'sometimes',
  );
});

test('a group that allows everything after the block changes nothing', () => {
  expect(isLimited({ Open: group(rule(1, 'ALLOW', ref('All'))), After: associated('Open', 200) })).toBe('yes');
});

test('a firewall under a condition limits names only where it is deployed', () => {
  const sections = {
    Parameters: { Stage: { Type: 'String' } },
    Conditions: { IsProd: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
  };
  expect(isLimited({ Association: { ...associated('Rules'), Condition: 'IsProd' } }, sections)).toBe('sometimes');
});

describe('names go to servers outside of the VPC', () => {
  const forwarded = (changes: Record<string, Resources[string]>) =>
    resolution(changes).forwarded.map(({ kind, to, certainty }) => `${kind} ${printed(to)}: ${certainty}`);
  const association = (ResolverRuleId: unknown) =>
    resource('AWS::Route53Resolver::ResolverRuleAssociation', { VPCId: ref('Vpc'), ResolverRuleId });

  test('by a resolver rule of the app or of somebody else, but not by a system rule', () => {
    const forward = resource('AWS::Route53Resolver::ResolverRule', {
      RuleType: 'FORWARD',
      DomainName: '.',
      TargetIps: [],
    });
    expect(forwarded({ Forward: forward, In: association(ref('Forward')) })).toEqual(['resolver rule .: yes']);
    expect(forwarded({ In: association('rslvr-rr-1') })).toEqual([
      'resolver rule names that the rule does not show: maybe',
    ]);
    const system = resource('AWS::Route53Resolver::ResolverRule', { RuleType: 'SYSTEM', DomainName: 'x.example' });
    expect(forwarded({ System: system, In: association(ref('System')) })).toEqual([]);
  });

  test('by DHCP options with servers other than the resolver of AWS', () => {
    const options = (...DomainNameServers: string[]) => ({
      Options: resource('AWS::EC2::DHCPOptions', { DomainNameServers }),
      In: resource('AWS::EC2::VPCDHCPOptionsAssociation', { VpcId: ref('Vpc'), DhcpOptionsId: ref('Options') }),
    });
    expect(forwarded(options('AmazonProvidedDNS'))).toEqual([]);
    expect(forwarded(options('10.9.0.2'))).toEqual(['DHCP options every name: yes']);
  });
});
