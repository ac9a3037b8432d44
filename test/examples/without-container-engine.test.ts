import { App, Validations } from 'aws-cdk-lib/core';
import type { AssetManifestArtifact } from 'aws-cdk-lib/cx-api';
import { ImagesOfCodeBuild } from '../../bin/images-of-code-build';
import { EXAMPLES } from '../../examples';
import { ManagedAgentChecks } from '../../lib';

const ENV = { account: '111122223333', region: 'us-east-1' };

describe('--context image=code-build', () => {
  test.each(EXAMPLES)('$name is deployed without a container engine, and is governed as before', ({ add }) => {
    const app = new App();
    ImagesOfCodeBuild.addTo(app, 'code-build');
    add(app, ENV);
    Validations.of(app).addPlugins(new ManagedAgentChecks(app));
    const { artifacts, stacks } = app.synth();
    const images = artifacts
      .filter((each): each is AssetManifestArtifact => 'contents' in each)
      .flatMap(({ contents }) => Object.keys(contents.dockerImages ?? {}));
    expect(images).toEqual([]);
    expect(stacks.map(({ template }) => JSON.stringify(template)).join()).toContain('Custom::AgentImage');
  });

  test('another value is refused, and none changes nothing', () => {
    expect(() => ImagesOfCodeBuild.addTo(new App(), 'docker')).toThrow(
      /image=docker is not accepted. Allowed: code-build/,
    );
    expect(() => ImagesOfCodeBuild.addTo(new App(), undefined)).not.toThrow();
  });
});
