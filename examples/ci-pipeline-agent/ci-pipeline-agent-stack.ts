import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentAuditTrail, PackageRegistry, type IAgentNetwork } from 'cdk-bedrock-managed-agents';
import { CodeHost, PullRequestReviewer } from 'cdk-bedrock-managed-agents/blueprints';
import type { Construct } from 'constructs';

/** What differs between deployments of the example. */
export interface CiPipelineAgentProps extends StackProps {
  /** The network that the agent runs in. */
  readonly network: IAgentNetwork;

  /**
   * Name of the CodeCommit repository whose pull requests are reviewed.
   *
   * @default 'payments-service'
   */
  readonly repositoryName?: string;

  /**
   * Domain and repository of CodeArtifact that packages are installed from.
   *
   * @default 'example/packages'
   */
  readonly packages?: string;
}

/**
 * Reviews the pull requests of one repository: a new or changed pull request starts a turn, the agent clones the
 * repository and runs its tests in the isolated network, and one review is posted to the pull request after screening.
 */
export class CiPipelineAgentStack extends Stack {
  public readonly reviewer: PullRequestReviewer;

  constructor(scope: Construct, id: string, props: CiPipelineAgentProps) {
    super(scope, id, props);
    const { repositoryName = 'payments-service', packages = 'example/packages' } = props;
    const [domainName = '', packageRepository = ''] = packages.split('/');

    // One per account, for all Regions: pass the trail that you have instead, if there is one.
    const auditTrail = new AgentAuditTrail(this, 'Audit');
    const baseline = new AgentBaseline(this, 'Baseline', { network: props.network, auditTrail });

    this.reviewer = new PullRequestReviewer(this, 'Reviewer', {
      codeHost: CodeHost.codeCommit(Repository.fromRepositoryName(this, 'Repository', repositoryName)),
      registries: [PackageRegistry.codeArtifact({ domainName, repositoryName: packageRepository })],
      baseline,
    });
    auditTrail.recordObjectAccess(this.reviewer.materialBucket);

    new CfnOutput(this, 'Outcomes', { value: this.reviewer.workflow.eventBus.eventBusName });
  }
}
