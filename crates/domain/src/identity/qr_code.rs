//! A text as a QR code in a PNG image, for apps that read their seed with a camera. Knows nothing of seeds.

use png::{BitDepth, ColorType, Encoder};
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

/// Pixels of a module's side.
const SCALE: usize = 4;

/// Light modules around the code: the standard asks for four.
const QUIET: usize = 4;

/// The PNG image of the QR code of `text`; `None` if the text is longer than a QR code can hold (2,331 bytes).
pub fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let modules = code.width();
    let colors = code.into_colors();
    let side = (modules + 2 * QUIET) * SCALE;
    let row_len = side.div_ceil(8);

    // One bit a pixel, 1 is white; a row of modules is painted once and repeated.
    let mut pixels = Vec::with_capacity(row_len * side);
    let white = vec![0xFF; row_len];
    let mut push = |row: &[u8], times: usize| (0..times).for_each(|_| pixels.extend_from_slice(row));
    push(&white, QUIET * SCALE);
    for line in colors.chunks_exact(modules) {
        let mut row = white.clone();
        let dark = line.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
        for pixel in dark.flat_map(|(x, _)| (x + QUIET) * SCALE..(x + QUIET + 1) * SCALE) {
            if let Some(byte) = row.get_mut(pixel / 8) {
                *byte &= !(0x80 >> (pixel % 8));
            }
        }
        push(&row, SCALE);
    }
    push(&white, QUIET * SCALE);

    let mut image = Vec::new();
    let side = u32::try_from(side).ok()?;
    let mut encoder = Encoder::new(&mut image, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.expect("the pixels fill the image, and a vector takes all bytes");
    Some(image)
}

/// The same in Base64, as answers carry it.
pub fn png_base64(text: &str) -> Option<String> {
    png(text).map(|image| data_encoding::BASE64.encode(&image))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// What a camera would see: width and grey values.
    fn decoded(image: &[u8]) -> (usize, Vec<u8>) {
        let mut decoder = png::Decoder::new(Cursor::new(image));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut grey = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut grey).unwrap();
        assert_eq!((info.width, info.color_type), (info.height, ColorType::Grayscale));
        (info.width as usize, grey)
    }

    fn read(text: &str) -> String {
        let image = data_encoding::BASE64.decode(png_base64(text).unwrap().as_bytes()).unwrap();
        let (width, grey) = decoded(&image);
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, width, |x, y| grey[y * width + x]);
        let grids = seen.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn an_independent_reader_reads_the_text_back() {
        let uri = format!(
            "otpauth://totp/alice%40acme.onaliyun.com?secret={}&issuer=Ramward",
            "ABCDEFGH".repeat(8)
        );
        for text in [uri.as_str(), "x", &"otpauth://".repeat(40)] {
            assert_eq!(read(text), text);
        }
    }

    #[test]
    fn around_the_code_it_is_light() {
        let (width, grey) = decoded(&png("x").unwrap());
        assert_eq!(width, (21 + 8) * 4, "the smallest code has 21 modules");
        let border = QUIET * SCALE;
        let inside = |place: usize| (border..width - border).contains(&place);
        for (index, value) in grey.iter().enumerate() {
            assert!((inside(index % width) && inside(index / width)) || *value == 255, "{index}");
        }
        assert_eq!(grey[border * width + border], 0, "the corner of the finder is dark");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(png(&"x".repeat(2331)).is_some());
        assert!(png(&"x".repeat(2332)).is_none());
    }
}
