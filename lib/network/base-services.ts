import { AgentNetworkService } from './network-service';

/**
 * The services that every AgentCore environment needs in an isolated network. Source:
 * docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html, and bedrock-mantle because the exec server
 * connects out to it. The S3 endpoint is not optional: since 2026-05-05, image layers and session storage are
 * transferred through the caller's VPC.
 */
export const BASE_SERVICES: readonly AgentNetworkService[] = [
  AgentNetworkService.BEDROCK_MANTLE,
  AgentNetworkService.ECR_API,
  AgentNetworkService.ECR_DKR,
  AgentNetworkService.LOGS,
  AgentNetworkService.S3,
  AgentNetworkService.DYNAMODB,
];
