import { entryTypeOf, entryTypes, reviewedWithoutEntry } from '../../../analysis/facts/entry-types';
import { isKnownType } from '../../../analysis/facts/known-types';
import { networkTypeOf, networkTypes } from '../../../analysis/facts/network-types';
import { propertiesOfTypes } from '../../../scripts/facts/cdk-types';
import { typesWithTarget } from '../../../scripts/facts/entry-types';
import { typesThatNeedNetworkClass } from '../../../scripts/facts/network-types';

test('the types of the installed aws-cdk-lib are read with nested properties in the names of CloudFormation', () => {
  const types = propertiesOfTypes();
  expect(types.size).toBeGreaterThan(1_800);
  expect(types.get('AWS::Lambda::Function')).toEqual(expect.arrayContaining(['VpcConfig.SubnetIds', 'Role']));
  expect(types.get('AWS::EC2::Instance')).toContain('NetworkInterfaces.SubnetId');
  expect(types.get('AWS::RDS::DBInstance')).toContain('VPCSecurityGroups');
});

describe('the table of network types', () => {
  const needed = typesThatNeedNetworkClass();

  test('has every type with a place in a network, and every type of a network service', () => {
    expect(needed.size).toBeGreaterThan(400);
    const missing = [...needed].filter(([type]) => networkTypeOf(type) === undefined);
    expect(missing).toEqual([]);
  });

  test('has no type twice and none that aws-cdk-lib does not have', () => {
    const all = networkTypes();
    expect(all.filter((type) => !propertiesOfTypes().has(type))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });

  test.each([
    ['AWS::EC2::Route', 'path-maker'],
    ['AWS::EC2::TransitGatewayAttachment', 'path-maker'],
    ['AWS::EC2::VPNGatewayRoutePropagation', 'path-maker'],
    ['AWS::VpcLattice::ServiceNetworkVpcAssociation', 'path-maker'],
    ['AWS::Route53Resolver::ResolverRuleAssociation', 'path-maker'],
    ['AWS::RAM::ResourceShare', 'path-maker'],
    ['AWS::EC2::PrefixList', 'path-maker'],
    ['AWS::Lambda::NetworkConnector', 'consumer'],
    ['AWS::Lambda::Function', 'consumer'],
    ['AWS::RDS::DBInstance', 'consumer'],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'consumer'],
    ['AWS::RDS::DBSubnetGroup', 'neutral'],
    ['AWS::EC2::FlowLog', 'neutral'],
    ['AWS::EC2::SecondaryNetwork', 'unknown'],
  ])('%s is %s', (type, expected) => {
    expect(networkTypeOf(type)?.class).toBe(expected);
  });

  test('says how a path-maker makes a path, and why an unknown type is unknown', () => {
    const paths = networkTypes().map((type) => networkTypeOf(type)!);
    expect(paths.filter((each) => each.class === 'path-maker' && !each.path)).toEqual([]);
    expect(paths.filter((each) => each.class === 'unknown' && !each.why)).toEqual([]);
  });

  test('has nothing for a type without a network, or with the name of an object member', () => {
    expect(networkTypeOf('AWS::SQS::Queue')).toBeUndefined();
    expect(networkTypeOf('constructor')).toBeUndefined();
  });
});

test('the tables know the types of the installed aws-cdk-lib but a few that are newer than the resource specification', () => {
  const types = [...propertiesOfTypes().keys()].filter((type) => type.startsWith('AWS::'));
  expect(types.filter((type) => !isKnownType(type)).length).toBeLessThan(types.length / 20);
  expect(['AWS::Future::Runner', 'constructor'].filter(isKnownType)).toEqual([]);
});

describe('the table of entry types', () => {
  test('has every type with a target in its properties, or says that it was reviewed', () => {
    const reviewed = new Set([...entryTypes(), ...reviewedWithoutEntry()]);
    const missing = [...typesWithTarget()].filter(([type]) => !reviewed.has(type));
    expect(missing).toEqual([]);
  });

  test('names properties that the type has', () => {
    const types = propertiesOfTypes();
    const wrong = entryTypes().flatMap((type) =>
      entryTypeOf(type)!
        .properties.filter((property) => !hasProperty(types.get(type), property))
        .map((each) => `${type} ${each}`),
    );
    expect(wrong).toEqual([]);
  });

  test('reads a row', () => {
    expect(entryTypeOf('AWS::Lambda::Alias')).toEqual({
      kind: 'alias',
      reaches: ['function'],
      properties: ['FunctionName'],
      authorisedBy: 'as the function, with its qualifier',
      page: 'https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html',
    });
    expect(entryTypeOf('AWS::S3::BucketPolicy')).toBeUndefined();
    expect(entryTypeOf('constructor')).toBeUndefined();
  });

  test('knows the kinds of its rows', () => {
    const kinds = new Set(entryTypes().map((type) => entryTypeOf(type)!.kind));
    expect([...kinds].sort()).toEqual([
      'alias',
      'authorization',
      'compute',
      'credential',
      'exit',
      'holder',
      'macro',
      'mapping',
      'public',
      'service event',
      'time',
    ]);
  });
});

function hasProperty(properties: readonly string[] | undefined, path: string): boolean {
  const expression = new RegExp(`^${path.replace(/\./g, '\\.').replace(/\*/g, '.*')}$`);
  return properties?.some((property) => expression.test(property)) ?? false;
}
