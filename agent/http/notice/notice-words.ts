/** Sentences of the notice in one language; `{name}` places are filled with the facts of the store. */
export interface NoticeWords {
  readonly language: string;
  readonly title: string;
  readonly lead: string;
  readonly noCameras: string;
  readonly seesHeading: string;
  readonly sees: string;
  readonly doors: string;
  readonly queues: string;
  readonly reaches: string;
  readonly neverHeading: string;
  readonly never: readonly string[];
  readonly phoneHeading: string;
  readonly phone: string;
  readonly keptHeading: string;
  readonly kept: string;
  readonly sums: string;
  readonly askHeading: string;
  readonly ask: string;
  readonly askStaff: string;
  readonly back: string;
}

/** The languages of the shop page. */
export type NoticeLanguage = 'en' | 'de' | 'fr' | 'es';

/** The notice in every language of the shop page. */
export const NOTICE_WORDS: { readonly [L in NoticeLanguage]: NoticeWords } = {
  en: {
    language: 'English',
    title: 'Cameras in {store}',
    lead: 'Cameras in this store count people. They do not recognise anybody.',
    noCameras: 'There are no counting cameras in this store.',
    seesHeading: 'What is seen',
    sees: 'How many people are in a part of the store, how long people stay there, and which way they go on.',
    doors: 'How many people come in and go out.',
    queues: 'How many people wait at a till, and for how long.',
    reaches: 'That a hand reaches into a shelf, and that the same person, while in view, reaches into another one.',
    neverHeading: 'What is never kept',
    never: [
      'No picture and no film: each picture is in memory until the next one, and is gone then.',
      'No face, no name, no likeness: nothing that could recognise a person is computed.',
      'No age, no gender, no origin, no mood.',
      'No picture leaves the store. While somebody sets a camera up, they see it live, and that is not kept either.',
    ],
    phoneHeading: 'Your phone',
    phone:
      'Cameras and phones are joined by nothing but your own act: when you scan the code of a shelf or a cart, the store takes you for the person who stands there.',
    keptHeading: 'How long',
    kept: 'Single counts are kept for {days} in the store.',
    sums: 'Sums of an hour or a day are kept for longer; they are about places, never about a person.',
    askHeading: 'Whom to ask',
    ask: 'Questions and objections: {contact}',
    askStaff: 'Please ask the staff of the store.',
    back: 'Back to the shop page',
  },
  de: {
    language: 'Deutsch',
    title: 'Kameras in {store}',
    lead: 'Kameras in diesem Markt zählen Menschen. Sie erkennen niemanden.',
    noCameras: 'In diesem Markt gibt es keine zählenden Kameras.',
    seesHeading: 'Was gesehen wird',
    sees: 'Wie viele Menschen in einem Teil des Marktes sind, wie lange sie dort bleiben und wohin sie weitergehen.',
    doors: 'Wie viele Menschen herein- und hinausgehen.',
    queues: 'Wie viele Menschen an einer Kasse warten und wie lange.',
    reaches: 'Dass eine Hand in ein Regal greift und dass dieselbe Person, solange sie im Bild ist, in ein weiteres greift.',
    neverHeading: 'Was nie behalten wird',
    never: [
      'Kein Bild und kein Film: Jedes Bild ist im Arbeitsspeicher bis zum nächsten und dann weg.',
      'Kein Gesicht, kein Name, kein Abbild: Nichts wird berechnet, woran man jemanden erkennen könnte.',
      'Kein Alter, kein Geschlecht, keine Herkunft, keine Stimmung.',
      'Kein Bild verlässt den Markt. Wer eine Kamera einrichtet, sieht sie dabei live, und auch das wird nicht behalten.',
    ],
    phoneHeading: 'Ihr Telefon',
    phone:
      'Kameras und Telefone verbindet nur, was Sie selbst tun: Wenn Sie den Code eines Regals oder Wagens scannen, hält der Markt Sie für die Person, die dort steht.',
    keptHeading: 'Wie lange',
    kept: 'Einzelne Zählungen bleiben {days} im Markt.',
    sums: 'Summen einer Stunde oder eines Tages bleiben länger; sie handeln von Orten, nie von einer Person.',
    askHeading: 'Wen Sie fragen können',
    ask: 'Fragen und Einwände: {contact}',
    askStaff: 'Bitte fragen Sie das Personal des Marktes.',
    back: 'Zurück zur Angebotsseite',
  },
  fr: {
    language: 'Français',
    title: 'Caméras dans {store}',
    lead: 'Les caméras de ce magasin comptent des personnes. Elles ne reconnaissent personne.',
    noCameras: 'Il n’y a pas de caméra de comptage dans ce magasin.',
    seesHeading: 'Ce qui est vu',
    sees: 'Combien de personnes se trouvent dans une partie du magasin, combien de temps elles y restent et où elles vont ensuite.',
    doors: 'Combien de personnes entrent et sortent.',
    queues: 'Combien de personnes attendent à une caisse, et combien de temps.',
    reaches: 'Qu’une main se tend vers un rayon et que la même personne, tant qu’elle est à l’image, se tend vers un autre.',
    neverHeading: 'Ce qui n’est jamais gardé',
    never: [
      'Ni image ni film : chaque image reste en mémoire jusqu’à la suivante, puis disparaît.',
      'Ni visage, ni nom, ni ressemblance : rien qui permette de reconnaître une personne n’est calculé.',
      'Ni âge, ni sexe, ni origine, ni humeur.',
      'Aucune image ne quitte le magasin. La personne qui règle une caméra la voit en direct, et cela non plus n’est pas gardé.',
    ],
    phoneHeading: 'Votre téléphone',
    phone:
      'Caméras et téléphones ne sont reliés que par votre propre geste : quand vous scannez le code d’un rayon ou d’un chariot, le magasin vous prend pour la personne qui s’y trouve.',
    keptHeading: 'Combien de temps',
    kept: 'Les comptages isolés sont gardés {days} dans le magasin.',
    sums: 'Les sommes d’une heure ou d’un jour sont gardées plus longtemps ; elles parlent de lieux, jamais d’une personne.',
    askHeading: 'À qui vous adresser',
    ask: 'Questions et objections : {contact}',
    askStaff: 'Adressez-vous au personnel du magasin.',
    back: 'Retour à la page du magasin',
  },
  es: {
    language: 'Español',
    title: 'Cámaras en {store}',
    lead: 'Las cámaras de esta tienda cuentan personas. No reconocen a nadie.',
    noCameras: 'En esta tienda no hay cámaras que cuenten personas.',
    seesHeading: 'Qué se ve',
    sees: 'Cuántas personas hay en una parte de la tienda, cuánto tiempo se quedan y hacia dónde siguen.',
    doors: 'Cuántas personas entran y salen.',
    queues: 'Cuántas personas esperan en una caja y cuánto tiempo.',
    reaches: 'Que una mano entra en un estante y que la misma persona, mientras está a la vista, alcanza otro.',
    neverHeading: 'Qué no se guarda nunca',
    never: [
      'Ni imágenes ni vídeo: cada imagen está en la memoria hasta la siguiente y entonces desaparece.',
      'Ni rostro, ni nombre, ni parecido: no se calcula nada con lo que se pueda reconocer a una persona.',
      'Ni edad, ni sexo, ni origen, ni estado de ánimo.',
      'Ninguna imagen sale de la tienda. Quien ajusta una cámara la ve en directo, y eso tampoco se guarda.',
    ],
    phoneHeading: 'Su teléfono',
    phone:
      'Las cámaras y los teléfonos solo se unen por lo que usted hace: cuando escanea el código de un estante o de un carro, la tienda entiende que es la persona que está allí.',
    keptHeading: 'Cuánto tiempo',
    kept: 'Los recuentos sueltos se guardan {days} en la tienda.',
    sums: 'Las sumas de una hora o de un día se guardan más tiempo; tratan de lugares, nunca de una persona.',
    askHeading: 'A quién preguntar',
    ask: 'Preguntas y objeciones: {contact}',
    askStaff: 'Pregunte al personal de la tienda.',
    back: 'Volver a la página de la tienda',
  },
};
