import { statementHtml } from '../../../analysis/statement/html';
import { statementMarkdown } from '../../../analysis/statement/markdown';
import { diffStatements } from '../../../analysis/statement/diff';
import type { ComputeCode, Statement } from '../../../analysis/statement/statement';
import { arn, handWritten, statementFrom } from './hand-written';

/** The statement of an agent whose Runtime has an artifact. */
function withArtifact(AgentRuntimeArtifact: unknown, sections: object = {}): Statement {
  const template = handWritten();
  template.Runtime.Properties.AgentRuntimeArtifact = AgentRuntimeArtifact;
  return statementFrom(template, sections);
}

const image = (ContainerUri: unknown) => ({ ContainerConfiguration: { ContainerUri } });
const REPOSITORY = '111122223333.dkr.ecr.us-east-1.amazonaws.com/team/agent';
const DIGEST = `sha256:${'0a'.repeat(32)}`;

test.each<[string, unknown, ComputeCode]>([
  ['by digest', image(`${REPOSITORY}@${DIGEST}`), { kind: 'image', name: REPOSITORY, version: `digest ${DIGEST}` }],
  [
    'by tag and digest',
    image(`${REPOSITORY}:v1@${DIGEST}`),
    { kind: 'image', name: `${REPOSITORY}:v1`, version: `digest ${DIGEST}` },
  ],
  ['by tag', image(`${REPOSITORY}:v1`), { kind: 'image', name: REPOSITORY, version: 'tag v1' }],
  [
    'of a registry with a port',
    image('host:5000/agent'),
    { kind: 'image', name: 'host:5000/agent', version: 'tag latest, because none is stated' },
  ],
  [
    'of a repository that the deployment names',
    image({ 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/agent:v2' }),
    { kind: 'image', name: '${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/agent', version: 'tag v2' },
  ],
  ['by a parameter', image({ Ref: 'Image' }), { kind: 'image', name: '${parameter Image}', version: 'unknown' }],
  [
    'as an archive with a version',
    { CodeConfiguration: { Code: { S3: { Bucket: 'code', Prefix: 'agent.zip', VersionId: 'x1' } } } },
    { kind: 'archive', name: 's3://code/agent.zip', version: 'version x1' },
  ],
  [
    'as an archive without one',
    { CodeConfiguration: { Code: { S3: { Bucket: 'code', Prefix: 'agent.zip' } } } },
    { kind: 'archive', name: 's3://code/agent.zip', version: 'unknown' },
  ],
  ['not at all', undefined, { kind: 'unknown', name: 'unknown', version: 'unknown' }],
])('code that the template names %s', (_name, artifact, expected) => {
  const found = withArtifact(artifact, { Parameters: { Image: { Type: 'String' } } });
  expect(found.code).toEqual([expected]);
  for (const page of [statementMarkdown(found), statementHtml(found).replaceAll('<wbr>', '')]) {
    expect(page).toContain(expected.name);
    expect(page).toContain(expected.version);
  }
});

test('two images of a condition are two rows with their cases', () => {
  const found = withArtifact(image({ 'Fn::If': ['IsProd', `${REPOSITORY}:v1`, 'docker.io/agent:v1'] }), {
    Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
    Parameters: { Stage: { Type: 'String' } },
  });
  expect(found.code).toEqual([
    { kind: 'image', name: REPOSITORY, version: 'tag v1', when: 'Stage = prod' },
    { kind: 'image', name: 'docker.io/agent', version: 'tag v1', when: 'Stage is not prod' },
  ]);
});

test('a change of the repository is wider, a change of the tag is neutral', () => {
  const changes = (before: string, after: string) =>
    diffStatements([withArtifact(image(before))], [withArtifact(image(after))]).agents.flatMap((agent) =>
      agent.changes.map(({ direction, text }) => [
        direction,
        text.map((piece) => (typeof piece === 'string' ? piece : piece.name)).join(''),
      ]),
    );
  expect(changes(`${REPOSITORY}:v1`, `${REPOSITORY}:v2`)).toEqual([
    ['neutral', `now runs ${REPOSITORY}, tag v2`],
    ['neutral', `no longer runs ${REPOSITORY}, tag v1`],
  ]);
  expect(changes(`${REPOSITORY}:v1`, 'docker.io/agent:v1')).toContainEqual([
    'wider',
    'now runs docker.io/agent, tag v1',
  ]);
});

test('an imported role that starts sessions is marked, and its permissions are unknown', () => {
  const template = handWritten();
  const Policy = {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'imported',
      Roles: ['nightly'],
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'bedrock-mantle:CreateAgentSession', Resource: '*' },
          { Effect: 'Allow', Action: 'iam:PassRole', Resource: arn('SessionRole') },
        ],
      },
    },
  };
  const found = statementFrom({ ...template, Policy });
  expect(found.starters.filter(({ outside }) => outside)).toEqual([
    expect.objectContaining({ principal: expect.stringContaining('role/nightly'), may: ['start sessions'] }),
  ]);
  expect(statementMarkdown(found)).toMatch(
    /nightly.* \*\*not in the app\*\*: who may assume it and what else it may do are unknown/,
  );
  expect(statementHtml(found)).toContain('(1 not in the app)');
  expect(statementFrom(template).starters.some(({ outside }) => outside)).toBe(false);
});
