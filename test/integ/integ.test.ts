import { readdirSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib/core';
import { EXAMPLES } from '../../examples';
import { integApp } from './integ-app';

test('every example has an integration test', () => {
  const apps = readdirSync(__dirname).flatMap((file) => /^integ\.(?!test)(.+)\.ts$/.exec(file)?.[1] ?? []);
  expect(apps.sort()).toEqual(EXAMPLES.map(({ name }) => name).sort());
});

describe.each(EXAMPLES)('$name', ({ name }) => {
  const app = integApp(name, '111122223333');
  const stackOf = (id: string) => Template.fromStack(app.node.findChild(id) as Stack);
  const assertions = stackOf('Assertions');

  test('starts the work, and expects the outcome Completed and the evidence', () => {
    const calls = JSON.stringify(assertions.findResources('Custom::DeployAssert@SdkCallSFNdescribeExecution'));
    expect(calls).toContain('outcome');
    expect(calls).toContain('Completed');
    expect(JSON.stringify(assertions.findResources('Custom::DeployAssert@SdkCallS3listObjectsV2'))).toContain(
      'manifest',
    );
  });

  test('retains no resource when the stacks are deleted', () => {
    const kept = app.node
      .findAll()
      .filter((construct): construct is Stack => Stack.isStack(construct))
      .flatMap((stack) =>
        Object.entries(Template.fromStack(stack).toJSON().Resources as Record<string, { DeletionPolicy?: string }>),
      )
      .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
    expect(kept).toEqual([]);
  });
});
