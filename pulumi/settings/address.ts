import { BlockList, isIP } from 'node:net';

// internal has what the internet does not route: an edge with such an address is in nobody's reach.
const internal = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  internal.addSubnet(network, prefix, 'ipv4');
}

const internet6 = new BlockList();
internet6.addSubnet('2000::', 3, 'ipv6');

const tailnet = new BlockList();
tailnet.addSubnet('100.64.0.0', 10, 'ipv4');

export function isPublicIPv4(address: string): boolean {
  return isIP(address) === 4 && !internal.check(address, 'ipv4');
}

export function isPublicIPv6(address: string): boolean {
  return isIP(address) === 6 && internet6.check(address, 'ipv6');
}

// isTailnet tells whether Tailscale gives such addresses to machines.
export function isTailnet(address: string): boolean {
  return isIP(address) === 4 && tailnet.check(address, 'ipv4');
}
