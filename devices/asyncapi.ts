import { z } from 'zod';
import { NATIVE_EVENTS, NATIVE_STATE } from './adapters/native-schemas.ts';
import { AGENT_STATE } from './channels/agent-status.ts';
import { DISPLAY_COMMANDS } from './channels/display.ts';
import { STAFF_ALERT } from './channels/staff.ts';

/** JSON as AsyncAPI documents are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The native MQTT form as an AsyncAPI 3 document, made from the schemas that the agent itself decodes and writes with. `receive` and `send` are
 * the agent's view: it receives what devices publish. `version` is that of the agent.
 */
export function asyncApiDocument(version: string): { readonly [key: string]: Json } {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Endcap over MQTT', version, description: DESCRIPTION },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(CHANNELS.map((channel) => [channel.name, describeChannel(channel)])),
    operations: Object.fromEntries(
      CHANNELS.map(({ name, action }) => [`${action}.${name}`, { action, channel: { $ref: `#/channels/${name}` } }]),
    ),
  };
}

interface Channel {
  readonly name: string;
  readonly address: string;
  readonly description: string;
  readonly action: 'receive' | 'send';
  /** JSON messages by name, or the words that are all there is. */
  readonly messages: Readonly<Record<string, z.ZodType>> | readonly string[];
}

const PRESENCE = ['online', 'offline'];

const CHANNELS: readonly Channel[] = [
  {
    name: 'event',
    address: 'endcap/v1/{store}/{device}/event',
    description: 'Something happened. Never retained.',
    action: 'receive',
    messages: NATIVE_EVENTS,
  },
  {
    name: 'state',
    address: 'endcap/v1/{store}/{device}/state',
    description: 'What the device says of itself. Retained.',
    action: 'receive',
    messages: { state: NATIVE_STATE },
  },
  {
    name: 'availability',
    address: 'endcap/v1/{store}/{device}/availability',
    description: 'Whether the device is there. Retained; its last will.',
    action: 'receive',
    messages: PRESENCE,
  },
  {
    name: 'set',
    address: 'endcap/v1/{store}/{device}/set',
    description: 'What a display or label shall show. Retained.',
    action: 'send',
    messages: DISPLAY_COMMANDS,
  },
  {
    name: 'staffAlert',
    address: 'endcap/v1/{store}/staff/alert',
    description: 'Something that a person in the store should know or do.',
    action: 'send',
    messages: { 'staff.alert': STAFF_ALERT },
  },
  {
    name: 'agentAvailability',
    address: 'endcap/v1/{store}/agent/availability',
    description: 'Whether the agent is there. Retained; its last will.',
    action: 'send',
    messages: PRESENCE,
  },
  {
    name: 'agentState',
    address: 'endcap/v1/{store}/agent/state',
    description: 'How the agent is. Retained.',
    action: 'send',
    messages: { state: AGENT_STATE },
  },
];

function describeChannel({ address, description, messages }: Channel): Json {
  const parameters = {
    store: { description: 'Id of the store' },
    ...(address.includes('{device}') && { device: { description: 'Id of the device' } }),
  };
  return { address, description, parameters, messages: describeMessages(messages) };
}

function describeMessages(messages: Channel['messages']): Json {
  if (isWords(messages)) return { text: { name: 'text', contentType: 'text/plain', payload: { type: 'string', enum: messages } } };
  return Object.fromEntries(Object.entries(messages).map(([name, schema]) => [name, { name, payload: schemaOf(schema) }]));
}

function isWords(messages: Channel['messages']): messages is readonly string[] {
  return Array.isArray(messages);
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return rest as Json; // What the generator makes is plain JSON; its type only says that it is an object.
}

const DESCRIPTION =
  'How devices speak to the agent of a store. QoS 1; the acknowledgement of the embedded broker means that the message is on disk. ' +
  'Unknown keys are dropped, values outside their range are refused.';
