import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import type { TriggerDefinition } from '../trigger-definition';
import { idFrom } from '../trigger-id';

/** Source: docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html, read 2026-11-23. */
export function buildFailedTrigger(project: IProject, options: AgentTriggerOptions): TriggerDefinition {
  return {
    type: 'build-failed',
    defaultId: idFrom('BuildFailed', project),
    rule: {
      pattern: {
        source: ['aws.codebuild'],
        detailType: ['CodeBuild Build State Change'],
        detail: { 'build-status': ['FAILED', 'FAULT', 'TIMED_OUT'], 'project-name': [project.projectName] },
      },
    },
    prompt: [
      'A build ended with {{event.detail.build-status | enum:FAILED,FAULT,TIMED_OUT}}.',
      'Project: {{event.detail.project-name | id}}',
      'Build: {{event.detail.build-id | arn}}',
      'Source version: {{event.detail.additional-information.source-version | text:300 | optional}}',
      'Phases: {{event.detail.additional-information.phases | json:6000 | optional}}',
      'Logs: {{event.detail.additional-information.logs | json:1500 | optional}}',
      '',
      'Work on this failure as your instructions say.',
    ].join('\n'),
    deduplicationKey: ['detail.build-id'],
    options,
    // The pattern contains no account, so the project of another account would match the project with the same name in
    // this account.
    sources: [{ input: 'project', what: 'a project', construct: project, arn: project.projectArn }],
  };
}

/** Source: docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html, read 2026-11-23. */
export function pipelineFailedTrigger(pipeline: IPipeline, options: AgentTriggerOptions): TriggerDefinition {
  return {
    type: 'build-failed',
    defaultId: idFrom('PipelineFailed', pipeline),
    rule: {
      pattern: {
        source: ['aws.codepipeline'],
        detailType: ['CodePipeline Pipeline Execution State Change'],
        resources: [pipeline.pipelineArn],
        detail: { state: ['FAILED'] },
      },
    },
    prompt: [
      'An execution of a pipeline failed at {{event.time | time}}.',
      'Pipeline: {{event.detail.pipeline | id}}',
      'Execution: {{event.detail.execution-id | uuid}}',
      'Trigger: {{event.detail.execution-trigger | json:1500 | optional}}',
      '',
      'Work on this failure as your instructions say.',
    ].join('\n'),
    // The time is included, because an execution whose stage is retried can fail again.
    deduplicationKey: ['resources.0', 'detail.execution-id', 'time'],
    sessionKey: ['resources.0', 'detail.execution-id'],
    options,
    sources: [{ input: 'pipeline', what: 'a pipeline', construct: pipeline, arn: pipeline.pipelineArn }],
  };
}
