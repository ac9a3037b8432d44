import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/**
 * The security group in front of interface endpoints. Nobody is admitted until connected, and endpoints open no
 * connections themselves.
 *
 * The one rule that CDK renders into it (`255.255.255.255/32`, no traffic) stays: EC2 gives a group that is created
 * without outbound rules one that allows everything.
 */
export function endpointGroup(scope: Construct, vpc: ec2.IVpc): ec2.ISecurityGroup {
  return new ec2.SecurityGroup(scope, 'EndpointSecurityGroup', {
    vpc,
    description: 'Interface endpoints of agents: HTTPS from connected security groups only',
    allowAllOutbound: false,
  });
}
