/** The broker's port cannot be opened; the message names the setting to change. */
export class ListenError extends Error {
  readonly setting: 'mqtt.port' | 'mqtt.host';
  readonly environment: 'ENDCAP_MQTT_PORT' | 'ENDCAP_MQTT_HOST';

  constructor(where: { readonly host: string; readonly port: number }, cause: NodeJS.ErrnoException) {
    const aboutHost = cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND';
    const setting = aboutHost ? 'mqtt.host' : 'mqtt.port';
    const environment = aboutHost ? 'ENDCAP_MQTT_HOST' : 'ENDCAP_MQTT_PORT';
    const fact = FACTS[cause.code ?? ''] ?? cause.message;
    super(`Cannot listen for devices on ${where.host}:${where.port}: ${fact}; set ${setting} (or ${environment}) to another one`, {
      cause,
    });
    this.name = 'ListenError';
    this.setting = setting;
    this.environment = environment;
  }
}

const FACTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses this port',
  EACCES: 'this port needs more rights than the agent has',
  EADDRNOTAVAIL: 'this computer has no such address',
  ENOTFOUND: 'this computer has no such address',
};
