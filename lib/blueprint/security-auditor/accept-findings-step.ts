import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AUDIT_VARIABLES } from '../../contracts/handler-variables';
import {
  EVIDENCE_READ_ACTIONS,
  FINDINGS_LIST_ACTIONS,
  FINDINGS_READ_ACTIONS,
  FINDINGS_WRITE_ACTIONS,
  KEY_READ_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
} from '../../identity/perms';
import { kmsViaService } from '../../function/kms-via-service';
import type { ITurnStep, TurnStepHost } from '../../workflow/turn-step';
import { findingsFunction } from './findings-function';

/** The delivery of an audit: checks findings, separates new, known and fixed ones, and stores them. */
export class AcceptFindingsStep implements ITurnStep {
  /** @param files published with the code: the register of accepted findings */
  constructor(
    private readonly findings: IBucket,
    private readonly files: { [file: string]: string },
  ) {}

  public bind(scope: Construct, host: TurnStepHost): IFunction {
    const { findings } = this;
    const { encryptionKey, evidenceBucket, network, logRetention } = host;
    return findingsFunction(scope, {
      code: 'accept-findings',
      files: this.files,
      description: `Accepts the findings of the agent ${host.agent.agentName}`,
      network,
      encryptionKey,
      logRetention,
      environment: {
        [AUDIT_VARIABLES.evidenceBucket]: evidenceBucket.bucketName,
        [AUDIT_VARIABLES.findingsBucket]: findings.bucketName,
      },
      timeout: Duration.seconds(60),
      statements: [
        new PolicyStatement({
          sid: 'ReadOutputs',
          actions: EVIDENCE_READ_ACTIONS,
          resources: [evidenceBucket.arnForObjects('turns/*')],
        }),
        kmsViaService(scope, evidenceBucket.encryptionKey ?? encryptionKey, 's3', KEY_READ_ACTIONS),
        new PolicyStatement({
          sid: 'AskForFindings',
          // Without it, S3 doesn't distinguish a missing object from a denied one.
          actions: FINDINGS_LIST_ACTIONS,
          resources: [findings.bucketArn],
        }),
        new PolicyStatement({
          sid: 'ReadFindings',
          actions: FINDINGS_READ_ACTIONS,
          resources: [findings.arnForObjects('findings/*'), findings.arnForObjects('state/*')],
        }),
        new PolicyStatement({
          sid: 'StoreFindingsOnce',
          actions: FINDINGS_WRITE_ACTIONS,
          resources: [findings.arnForObjects('findings/*')],
          // Nothing is overwritten: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
          conditions: { Null: { 's3:if-none-match': 'false' } },
        }),
        new PolicyStatement({
          sid: 'ReplaceState',
          actions: FINDINGS_WRITE_ACTIONS,
          resources: [findings.arnForObjects('state/*')],
        }),
        kmsViaService(scope, findings.encryptionKey ?? encryptionKey, 's3', KEY_READ_WRITE_ACTIONS),
      ],
    }).function;
  }
}
