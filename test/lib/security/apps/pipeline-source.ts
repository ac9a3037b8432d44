import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import { ENV } from '../governed-app';

/** Adds a first stage that takes a repository of GitHub. */
export function addSource(pipeline: codepipeline.Pipeline): codepipeline.Artifact {
  const output = new codepipeline.Artifact();
  pipeline.addStage({
    stageName: 'Source',
    actions: [
      new actions.CodeStarConnectionsSourceAction({
        actionName: 'Source',
        connectionArn: `arn:aws:codeconnections:us-east-1:${ENV.account}:connection/0b1c2d3e-0000-4000-8000-000000000000`,
        owner: 'example-org',
        repo: 'shop',
        output,
      }),
    ],
  });
  return output;
}
