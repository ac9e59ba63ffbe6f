"""Tells the mocked BlueZ what its devices send, one JSON command a line; answers each with a line. Numbered keys need a D-Bus library that has types."""
import json
import sys

import dbus

MOCK = 'org.freedesktop.DBus.Mock'
DEVICE = 'org.bluez.Device1'
bus = dbus.bus.BusConnection(sys.argv[1])


def mock(path):
    return dbus.Interface(bus.get_object('org.bluez', path, introspect=False), MOCK)


def properties(command):
    found = {}
    if 'rssi' in command:
        found['RSSI'] = dbus.Int16(command['rssi'], variant_level=1)
    for name, key, signature in (('ManufacturerData', lambda text: dbus.UInt16(int(text)), 'qv'), ('ServiceData', dbus.String, 'sv')):
        if name in command:
            parts = {key(one): dbus.ByteArray(bytes.fromhex(data), variant_level=1) for one, data in command[name].items()}
            found[name] = dbus.Dictionary(parts, signature=signature, variant_level=1)
    return dbus.Dictionary(found, signature='sv')


for line in sys.stdin:
    try:
        for command in json.loads(line):
            found = properties(command)
            if command['op'] == 'add':
                mock('/').AddObject(command['path'], DEVICE, found, dbus.Array([], signature='(ssss)'))
            if command['op'] in ('add', 'announce'):
                interfaces = dbus.Dictionary({DEVICE: found}, signature='sa{sv}')
                args = dbus.Array([dbus.ObjectPath(command['path'], variant_level=1), interfaces], signature='v')
                mock('/').EmitSignal('org.freedesktop.DBus.ObjectManager', 'InterfacesAdded', 'oa{sa{sv}}', args)
            if command['op'] == 'change':
                args = dbus.Array([DEVICE, found, dbus.Array([], signature='s')], signature='v')
                mock(command['path']).EmitSignal('org.freedesktop.DBus.Properties', 'PropertiesChanged', 'sa{sv}as', args)
        print('ok', flush=True)
    except dbus.DBusException as error:
        print(json.dumps(str(error)), flush=True)
