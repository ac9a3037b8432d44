import { isStateful, loadAwsServiceSpecSync, replacingProperties } from '../../../analysis/facts/replacements';
import table from '../../../analysis/facts/replacements.json';
import { replacementsTable } from '../../../scripts/facts/replacements-table';

test('the table is what npm run facts makes of the installed specification', () => {
  const made = replacementsTable();
  const differing = [...new Set([...Object.keys(made), ...Object.keys(table)])].filter(
    (type) => made[type] !== (table as Record<string, string>)[type],
  );
  expect(differing).toEqual([]);
  expect(Object.keys(made).length).toBeGreaterThan(1500);
});

test('it answers like the specification: replaced, maybe, in place, not known', () => {
  const causes = (type: string, property: string) =>
    loadAwsServiceSpecSync().lookup('resource', 'cloudFormationType', 'equals', type)[0]?.properties[property]
      .causesReplacement;
  expect(causes('AWS::BedrockAgentCore::Runtime', 'AgentRuntimeName')).toBe('yes');
  expect(causes('AWS::BedrockAgentCore::Runtime', 'EnvironmentVariables')).toBe('no');
  expect(causes('AWS::EC2::Subnet', 'Ipv6CidrBlock')).toBe('maybe');
  expect(causes('AWS::Nothing::Here', 'Name')).toBeUndefined();
  expect(replacingProperties('AWS::S3::Bucket')).toContain('BucketName');
  expect(['AWS::S3::Bucket', 'AWS::SNS::Topic'].map(isStateful)).toEqual([true, false]);
});
