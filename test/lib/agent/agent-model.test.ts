import { CfnParameter, Stack } from 'aws-cdk-lib/core';
import { AgentModel, AgentTool } from '../../../lib';

describe('AgentModel', () => {
  test.each(['us.openai.gpt-5.5', 'eu.openai.gpt-5.5', 'global.openai.gpt-5.5', 'apac.openai.gpt-5.4'])(
    'refuses the inference profile %s and names the id to use',
    (id) => {
      expect(() => AgentModel.of(id)).toThrow(/no cross-Region inference profiles.*use 'openai\.gpt-5\./);
    },
  );

  test.each([
    'openai.*',
    'openai.gpt-5.?',
    '*',
    'anthropic.claude',
    'openai.',
    'arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-5.5',
    '',
  ])('refuses %p', (id) => {
    expect(() => AgentModel.of(id)).toThrow(/modelId .* Allowed: an OpenAI model id/);
  });

  test('refuses an unresolved id, because it becomes a literal condition', () => {
    const id = new CfnParameter(new Stack(), 'Model').valueAsString;
    expect(() => AgentModel.of(id)).toThrow(/a literal id/);
  });

  test('knows the list price of the catalogue models and admits not to know others', () => {
    expect(AgentModel.GPT_5_5.listPrice).toMatchObject({ input: 5.5, output: 33 });
    expect(AgentModel.GPT_5_4.listPrice).toMatchObject({ input: 2.75, output: 16.5 });
    expect(AgentModel.of('openai.gpt-99').listPrice).toBeUndefined();
    expect(AgentModel.of('openai.gpt-99').regions).toBeUndefined();
  });

  test('a model that has arrived in another Region since can be used there', () => {
    expect(AgentModel.of('openai.gpt-5.5', { regions: ['us-west-2'] }).regions).toEqual(['us-west-2']);
  });

  test('every catalogue model is offered in at least one Region of BMA', () => {
    for (const model of [AgentModel.GPT_5_6_LUNA, AgentModel.GPT_5_5, AgentModel.GPT_5_4]) {
      expect(model.regions).not.toHaveLength(0);
    }
  });
});

describe('AgentTool.stdio', () => {
  const tool = { serverLabel: 'docs', command: '/opt/agent/tools/docs' };
  test.each([
    ['a relative command', { ...tool, command: 'docs' }, /command 'docs' .*an absolute path/],
    ['a relative working directory', { ...tool, workingDirectory: './x' }, /workingDirectory '\.\/x'/],
    ['a path with ..', { ...tool, command: '/opt/../etc' }, /command/],
    ['an empty label', { ...tool, serverLabel: ' ' }, /serverLabel/],
    ['a repeated allowed tool', { ...tool, allowedTools: ['a', 'a'] }, /remove the second 'a'/],
    ['an empty inherited variable', { ...tool, inheritedVariables: [''] }, /remove the empty name/],
    [
      'a variable named like a credential',
      { ...tool, environment: { DB_PASSWORD: 'x' } },
      /environment\.DB_PASSWORD .*_ARN/,
    ],
    [
      'a value that is a token',
      { ...tool, environment: { SETTING: `ghp_${'a'.repeat(36)}` } },
      /looks like a GitHub token/,
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => AgentTool.stdio(props)).toThrow(message);
  });

  test('never repeats a refused value that may be a secret', () => {
    const secret = `ghp_${'a'.repeat(36)}`;
    expect(() => AgentTool.stdio({ ...tool, environment: { SETTING: secret } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
  });

  test('takes a variable that refers to a secret', () => {
    expect(() =>
      AgentTool.stdio({ ...tool, environment: { DB_PASSWORD_ARN: 'arn:aws:secretsmanager:x' } }),
    ).not.toThrow();
  });
});
