/** How a state feels; each has an icon and a colour that keep it apart from the others without reading. */
export type Tone = 'good' | 'warn' | 'bad' | 'calm';
