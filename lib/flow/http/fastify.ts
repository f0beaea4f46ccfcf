/** The door to fastify, an optional package: the HTTP server and its router. */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { loadPackage } from '../optional.ts';

export type { FastifyInstance, FastifyReply, FastifyRequest };

/** @throws PackageMissing when it is not installed. */
export function makeFastify(options: object, user: string): FastifyInstance {
  const { fastify } = loadPackage<{ fastify: (options: FastifyServerOptions) => FastifyInstance }>(
    'fastify',
    user,
  );
  return fastify(options);
}
