/** The incident responder for `checkout`, whose reports may propose two runbooks. */
import { Duration, type Stack } from 'aws-cdk-lib/core';
import {
  IncidentRemediation,
  type IncidentResponderProps,
  RemediationRunbook,
  RunbookParameter,
} from '../../../lib/blueprint';
import { ACCOUNT } from '../../iam/synthesized-account';
import { responderScene } from './responder-scene';

export const RUNBOOK_ROLE = `arn:aws:iam::${ACCOUNT}:role/Restarter`;

export const remediation = (): IncidentRemediation =>
  IncidentRemediation.withApproval({
    runbooks: [
      RemediationRunbook.automation({
        documentName: 'AWS-RestartEC2Instance',
        parameters: { InstanceId: RunbookParameter.matching('i-[0-9a-f]{17}|i-[0-9a-f]{8}') },
        automationRoleArn: RUNBOOK_ROLE,
      }),
      RemediationRunbook.automation({
        documentName: 'Shop-RollBack',
        parameters: { Alias: RunbookParameter.oneOf(['live', 'canary']) },
      }),
    ],
  });

export const remediationScene = (given: (stack: Stack) => Partial<IncidentResponderProps> = () => ({})) =>
  // Tests set off the same alarm many times in a row.
  responderScene((stack) => ({
    remediation: remediation(),
    coolDown: Duration.seconds(0),
    ...given(stack),
  }));
