import type { NamedValue } from '../request/compiled-body.ts'

/** What a field is called in other languages, and the names that programs have for it, without case and marks. */
const translations: readonly (readonly [words: string, names: string])[] = [
  [
    'e-mail-adresse|e-mail adresse|emailadresse|e-mail|correo electrónico|correo|courriel|adresse e-mail|adresse email|adresse électronique|e-mailadres|indirizzo email|indirizzo e-mail|posta elettronica|adres e-mail|endereço de e-mail|e-postadress|e-post|sähköposti',
    'email|emailaddress|mail',
  ],
  [
    'telefonnummer|telefon|rufnummer|handynummer|mobilnummer|teléfono|número de teléfono|móvil|téléphone|numéro de téléphone|telefoonnummer|telefoon|telefono|numero di telefono|telefone|numer telefonu',
    'phone|phonenumber|mobile|mobilephone|tel|telephone',
  ],
  ['vorname|primer nombre|prénom|voornaam|imię', 'firstname|givenname|fname'],
  [
    'nachname|familienname|apellido|apellidos|nom de famille|achternaam|cognome|sobrenome|nazwisko',
    'lastname|surname|familyname|lname',
  ],
  [
    'geburtsdatum|geburtstag|fecha de nacimiento|date de naissance|geboortedatum|data di nascita|data de nascimento|data urodzenia',
    'birthday|birthdate|dateofbirth|dob',
  ],
  [
    'postleitzahl|plz|código postal|code postal|postcode|codice postale|cap|kod pocztowy',
    'zip|zipcode|postalcode|postcode',
  ],
  ['straße|strasse|calle|rue|straat|rua', 'street|streetaddress|address1|addressline1'],
  ['stadt|wohnort|ciudad|ville|woonplaats|città|cidade|miasto', 'city|town'],
  ['land|país|pays|paese|kraj', 'country|countrycode'],
  [
    'firma|firmenname|unternehmen|empresa|entreprise|société|bedrijf|azienda|società',
    'company|companyname|organization|organisation',
  ],
  ['betrag|importe|monto|montant|bedrag|importo|kwota', 'amount|total|price'],
  ['währung|moneda|divisa|devise|valuta|moeda|waluta', 'currency|currencycode'],
  ['menge|anzahl|cantidad|quantité|aantal|quantità|quantidade|ilość', 'quantity|qty|count'],
  ['passwort|kennwort|contraseña|mot de passe|wachtwoord|senha|hasło', 'password'],
  ['alter|edad|âge|leeftijd|età|idade|wiek', 'age'],
]

const maxText = 300
const table: readonly (readonly [words: readonly string[], names: ReadonlySet<string>])[] = translations.map(
  ([words, names]) => [words.split('|'), new Set(names.split('|'))],
)

/**
 * Finds the one field that the words of a target name in another language: `Die E-Mail-Adresse ist ungültig` means `email`. Null if
 * they name several, or if the node sends several that may be meant.
 */
export function findTranslated(text: string, names: readonly NamedValue[]): NamedValue | null {
  const words = ` ${text
    .slice(0, maxText)
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}-]+/gu, ' ')} `
  const meant = table.filter(([own]) => own.some((word) => words.includes(` ${word} `)))
  const [only, ...others] = meant
  if (only === undefined || others.length > 0) return null
  const sent = names.filter(({ name }) => only[1].has(name.toLowerCase().replace(/[-_ ]/g, '')))
  return sent.length === 1 ? (sent[0] ?? null) : null
}
