/** Which ATT&CK tactic a technique serves first, and what kind of evidence a detector has: for the severity of a story. */

/**
 * The tactic under which MITRE lists a technique first among those that fit a running workload; sub-techniques follow
 * their technique. Techniques that are not here count for no tactic.
 */
const byTactic: Readonly<Record<string, string>> = {
  reconnaissance: 'T1590 T1592 T1595',
  'resource-development': 'T1583 T1584 T1587 T1588 T1608',
  'initial-access': 'T1078 T1133 T1189 T1190 T1195 T1199 T1566',
  execution: 'T1047 T1053 T1059 T1072 T1106 T1129 T1203 T1204 T1569 T1609 T1610 T1648 T1651',
  persistence: 'T1098 T1136 T1197 T1505 T1525 T1543 T1546 T1547 T1554 T1556 T1574',
  'privilege-escalation': 'T1055 T1068 T1134 T1484 T1548 T1611',
  'defense-evasion': 'T1014 T1027 T1036 T1070 T1112 T1127 T1140 T1211 T1218 T1222 T1480 T1497 T1535 T1550 T1562 T1564 T1578 T1599 T1600 T1612 T1620 T1666 T1685',
  'credential-access': 'T1003 T1040 T1110 T1111 T1187 T1212 T1528 T1539 T1552 T1555 T1557 T1558 T1606 T1621',
  discovery: 'T1007 T1010 T1012 T1016 T1018 T1033 T1046 T1049 T1057 T1069 T1082 T1083 T1087 T1124 T1135 T1201 T1217 T1518 T1526 T1538 T1580 T1613 T1614 T1615 T1619',
  'lateral-movement': 'T1021 T1080 T1210 T1534 T1563 T1570',
  collection: 'T1005 T1025 T1039 T1056 T1074 T1113 T1114 T1115 T1119 T1123 T1125 T1185 T1213 T1530 T1560 T1602',
  'command-and-control': 'T1001 T1008 T1071 T1090 T1092 T1095 T1102 T1104 T1105 T1132 T1205 T1219 T1568 T1571 T1572 T1573 T1659',
  exfiltration: 'T1011 T1020 T1029 T1030 T1041 T1048 T1052 T1537 T1567',
  impact: 'T1485 T1486 T1489 T1490 T1491 T1495 T1496 T1498 T1499 T1529 T1531 T1561 T1565 T1657',
};

const tactics: ReadonlyMap<string, string> = new Map(Object.entries(byTactic).flatMap(([tactic, ids]) => ids.split(' ').map((id): [string, string] => [id, tactic])));

/** `exfiltration` for `T1048.003`; undefined where it is not known. */
export function tacticOf(technique: string): string | undefined {
  return tactics.get(technique.split('.', 1)[0] ?? '');
}

const kinds: readonly (readonly [start: string, kind: string])[] = [
  ['coverage-', 'coverage'],
  ['log-', 'log lines'],
  ['egress-', 'network'],
  ['new-destination', 'network'],
  ['resource-', 'resources'],
  ['privilege-', 'identity'],
];

/** What the detector looks at: two that look at the same do not confirm each other. A detector that is not here is a kind of its own. */
export function kindOf(detector: string): string {
  return kinds.find(([start]) => detector.startsWith(start))?.[1] ?? detector;
}
