import { z } from 'zod';
import { isPublicIPv4, isPublicIPv6, isTailnet } from './address.ts';
import { hostnamePattern, labelPattern } from './hostname.ts';

const hostname = z.string('Write a hostname, such as edge.example.com.').regex(hostnamePattern, {
  error: (issue) => `"${issue.input}" is no hostname. Write it in small letters, such as edge.example.com.`,
});

const label = z.string().regex(labelPattern, 'Names have lower-case letters, digits and hyphens, with a letter or digit at both ends.');

const identifier = (what: string) => z.string(what).regex(/^[0-9a-f]{32}$/, what);

// `pulumi config set --path` keeps numbers with a point as text.
const degrees = (bound: number, what: string) =>
  z
    .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)], what)
    .transform(Number)
    .refine((value) => Math.abs(value) <= bound, what);

const url = z.string().regex(/^https:\/\/[^/?#@]+$/, {
  error: (issue) => `"${issue.input}" is no address of an API. Write it as https://api.example.com, without a path.`,
});

const region = z.strictObject({
  latitude: degrees(90, 'Write the latitude in degrees, from -90 to 90, such as 50.48.'),
  longitude: degrees(180, 'Write the longitude in degrees, from -180 to 180, such as 12.37.'),
});

const edge = z.strictObject({
  region: label,
  ipv4: z.string('An edge needs an IPv4 address.').refine(isPublicIPv4, {
    error: (issue) => `"${issue.input}" is no IPv4 address that the internet reaches. Write the public address of the edge.`,
  }),
  ipv6: z
    .string()
    .refine(isPublicIPv6, {
      error: (issue) =>
        `"${issue.input}" is no IPv6 address that the internet reaches. Write the public address of the edge, or leave it out.`,
    })
    .optional(),
  enabled: z.boolean('Write true or false.').default(true),
});

const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, {
  error: (issue) => `"${issue.input}" is no name of a bucket. It has 3 to 63 lower-case letters, digits and hyphens.`,
});

const storage = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('r2'),
      bucket: bucketName,
      location: z.enum(['apac', 'eeur', 'enam', 'oc', 'weur', 'wnam'], 'Write one of apac, eeur, enam, oc, weur and wnam.').optional(),
      jurisdiction: z.enum(['default', 'eu', 'fedramp', 'us'], 'Write one of default, eu, fedramp and us.').default('default'),
    }),
    z.strictObject({
      kind: z.literal('s3'),
      bucket: bucketName,
      region: z.string('Write the region of the bucket.'),
      endpoint: url.optional(),
    }),
  ],
  'Write r2 for a bucket that is made here, or s3 for one that exists elsewhere.',
);

// schema is what stands under `zeitwork:` in the configuration of a stack, each value by itself. What several values are together is for check.ts.
export const schema = z.strictObject({
  accountId: identifier("Write the id of Cloudflare's account: 32 digits of 0 to 9 and a to f."),
  zones: z.record(hostname, identifier("Write the id of Cloudflare's zone: 32 digits of 0 to 9 and a to f.")),
  baseDomain: hostname,
  edgeDomain: hostname,
  front: z.enum(['dns', 'spectrum', 'cloudflare'], 'Write dns, spectrum or cloudflare.').default('dns'),
  regions: z.record(label, region),
  edges: z.record(label, edge),
  api: z.strictObject({
    host: hostname,
    origin: z.string('Write the address or the hostname at which Cloudflare reaches the API.'),
    internalUrl: url.optional(),
  }),
  customHostnames: z.array(hostname).default([]),
  tailnet: z
    .strictObject({
      credentials: z.enum(['keys', 'oauth'], 'Write keys or oauth.').default('keys'),
      magicDns: z.boolean('Write true or false.').default(true),
      overwritePolicy: z.boolean('Write true or false.').default(false),
    })
    .prefault({}),
  registry: z.strictObject({
    host: z.string('Write the host of the registry in the tailnet.').regex(/^[a-z0-9.-]+(:\d+)?$/, 'Write a host, or a host and a port.'),
    storage,
  }),
  builders: z
    .record(
      label,
      z.string().refine(isTailnet, {
        error: (issue) =>
          `"${issue.input}" is no address of a machine in the tailnet, as \`tailscale ip -4\` shows it. Builders are reached by no other.`,
      }),
    )
    .default({}),
  nameservers: z.array(z.union([z.ipv4(), z.ipv6()], 'Write addresses of name servers.')).default(['1.1.1.1', '9.9.9.9']),
  acme: z
    .strictObject({
      directory: z.string().regex(/^https:\/\//, 'Write the https address of the directory.'),
      contact: z.email('Write a mail address.').optional(),
    })
    .default({ directory: 'https://acme-v02.api.letsencrypt.org/directory' }),
});

export type Settings = z.output<typeof schema>;
export type Edge = Settings['edges'][string];
