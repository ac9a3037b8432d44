import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/**
 * The security group of interface endpoints. It allows only connected clients, and no outbound connections. The
 * placeholder rule of CDK (`255.255.255.255/32`, no traffic) is needed: EC2 adds a rule that allows everything to a
 * group without outbound rules.
 */
export function endpointGroup(scope: Construct, vpc: ec2.IVpc): ec2.ISecurityGroup {
  return new ec2.SecurityGroup(scope, 'EndpointSecurityGroup', {
    vpc,
    description: 'Interface endpoints of agents: HTTPS from connected security groups only',
    allowAllOutbound: false,
  });
}
