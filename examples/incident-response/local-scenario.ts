import type { LocalScenario } from '../../bin/local-scenario';
import { recordedAccount } from './recorded-account';

/** An alarm opens an incident; a finished deployment and the recovery of the alarm resume it; the last report concludes it. */
export const scenario: LocalScenario = {
  title: 'Checkout fails after a deployment; the agent finds it, waits for the roll-back, and concludes',
  stacks: ['IncidentNetwork', 'IncidentResponse'],
  script: 'local-scenario.yaml',
  events: ['alarm-goes-off.json', 'deployment-finishes.json', 'alarm-recovers.json'],
  standIns: async (cloud) => {
    const account = await recordedAccount();
    for (const name of ['CLOUDWATCH', 'CLOUDWATCH_LOGS', 'CODEDEPLOY', 'LAMBDA', 'SNS', 'SSM', 'SCHEDULER']) {
      cloud.endpoint(name, account.url);
    }
    cloud.onClose(() => account.stop());
  },
  show: async ({ cloud, turns }) => {
    const { ref } = cloud.deployment.one('AWS::S3::Bucket', 'Reports');
    const { markdown } = (turns.at(-1)?.detail.delivery ?? {}) as { markdown?: string };
    return markdown === undefined ? ['No report was published.'] : (await cloud.stores.text(ref, markdown)).split('\n');
  },
};
