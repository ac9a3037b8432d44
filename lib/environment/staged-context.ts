import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type { Construct } from 'constructs';
import type { AgentSkill } from './agent-skill';

/** With it, assets stay where they are and are read when the CDK app has ended. */
const NO_STAGING = 'aws:cdk:disable-asset-staging';

/**
 * Lets `use` see a copy of an image directory with more skills in it. The copy is gone afterwards: assets are copied to
 * the cloud assembly by their constructors, unless staging is off.
 */
export function withSkills<T>(
  scope: Construct,
  imageDirectory: string,
  skills: AgentSkill[],
  use: (directory: string) => T,
): T {
  if (skills.length === 0) {
    return use(imageDirectory);
  }
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-image-'));
  try {
    fs.cpSync(imageDirectory, copy, { recursive: true });
    skills.forEach((skill) => skill._copyInto(path.join(copy, 'skills')));
    return use(copy);
  } finally {
    if (!scope.node.tryGetContext(NO_STAGING)) {
      fs.rmSync(copy, { recursive: true, force: true });
    }
  }
}
